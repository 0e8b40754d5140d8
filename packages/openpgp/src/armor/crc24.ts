const polynomial = 0x1864cfb;
const initial = 0xb704ce;

const table = Int32Array.from({ length: 256 }, (_, index) => {
  let remainder = index << 16;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 0x800000 ? (remainder << 1) ^ polynomial : remainder << 1;
  }
  return remainder & 0xffffff;
});

/** The checksum at the end of ASCII armor (RFC 9580 section 6.1.1), fed piece by piece. */
export class Crc24 {
  #value = initial;

  update(bytes: Uint8Array): void {
    let value = this.#value;
    for (let index = 0; index < bytes.length; index += 1) {
      value = ((value << 8) & 0xffffff) ^ (table[(value >>> 16) ^ (bytes[index] ?? 0)] ?? 0);
    }
    this.#value = value;
  }

  /** The three octets in base64, as the armor has them after `=`. */
  digest(): string {
    return Buffer.of(this.#value >>> 16, (this.#value >>> 8) & 0xff, this.#value & 0xff).toString('base64');
  }
}
