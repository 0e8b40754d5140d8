import type { PrivateKey } from './key.ts';
import { loadOpenPgp } from './library.ts';

/**
 * Unwrap a session key for a cipher that OpenPGP.js does not know, such as Camellia: it refuses the packet for the sake of
 * the cipher's number, though it can decrypt it. Asked for as one of version 6, which names no cipher (RFC 9580 section
 * 5.1.2), it gives everything that the packet holds: the number is the first octet, unless it stands in the clear, as it
 * does for X25519 and X448 (sections 5.1.6 and 5.1.7).
 * @returns undefined where none of the private keys fits
 */
export async function unwrapOtherCipher(
  packets: readonly Buffer[],
  privateKeys: readonly PrivateKey[],
): Promise<{ readonly bytes: Uint8Array; readonly cipherId: number | undefined } | undefined> {
  const { PublicKeyEncryptedSessionKeyPacket } = await loadOpenPgp();
  for (const body of packets.filter(([version]) => version === 3)) {
    for (const key of privateKeys.flatMap(({ openpgp }) => openpgp.getKeys())) {
      const packet = new PublicKeyEncryptedSessionKeyPacket() as unknown as Packet;
      const isDecrypted = await decrypt(packet, body, key.keyPacket).then(
        () => true,
        () => false,
      );
      if (isDecrypted && packet.sessionKey) {
        return cipherInTheClear.has(packet.publicKeyAlgorithm)
          ? { bytes: packet.sessionKey, cipherId: packet.sessionKeyAlgorithm ?? undefined }
          : { bytes: packet.sessionKey.subarray(1), cipherId: packet.sessionKey[0] };
      }
    }
  }
  return undefined;
}

async function decrypt(packet: Packet, body: Buffer, key: unknown): Promise<void> {
  packet.read(body);
  packet.version = 6;
  await packet.decrypt(key);
}

/** X25519 and X448 (RFC 9580 section 9.1). */
const cipherInTheClear: ReadonlySet<number> = new Set([25, 26]);

/** What the library's types keep to themselves. */
interface Packet {
  version: number;
  readonly publicKeyAlgorithm: number;
  readonly sessionKey: Uint8Array | null;
  readonly sessionKeyAlgorithm: number | null;
  read(body: Uint8Array): void;
  decrypt(key: unknown): Promise<void>;
}
