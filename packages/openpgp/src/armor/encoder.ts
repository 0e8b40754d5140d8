import { Crc24 } from './crc24.ts';

const lineBytes = 48;

/** Wraps binary pieces in ASCII armor (RFC 9580 section 6.2): 64 characters a line, a checksum, no extra headers. */
export class ArmorEncoder {
  readonly #crc = new Crc24();
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  *push(bytes: Buffer): Generator<Buffer, void, undefined> {
    this.#crc.update(bytes);
    const pending = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const whole = pending.length - (pending.length % lineBytes);
    this.#rest = Buffer.from(pending.subarray(whole));
    if (whole > 0) {
      yield Buffer.from(this.#header() + lines(pending.subarray(0, whole)), 'latin1');
    }
  }

  *end(): Generator<Buffer, void, undefined> {
    const last = this.#rest.length > 0 ? `${this.#rest.toString('base64')}\n` : '';
    yield Buffer.from(
      `${this.#header()}${last}=${this.#crc.digest()}\n-----END PGP MESSAGE-----\n`,
      'latin1',
    );
  }

  #header(): string {
    if (this.#started) {
      return '';
    }
    this.#started = true;
    return '-----BEGIN PGP MESSAGE-----\n\n';
  }
}

function lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{64}/g, '$&\n');
}
