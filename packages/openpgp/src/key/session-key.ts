import { hkdfSync, randomBytes } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import type { Message } from 'openpgp';
import { encodeLength, encodeTag } from '../packet/header.ts';
import { packetTag } from '../packet/tag.ts';
import { aes256Id } from '../seipd/symmetric.ts';
import type { PrivateKey, PublicKey } from './key.ts';
import { loadOpenPgp } from './library.ts';
import { unwrapOtherCipher } from './other-cipher.ts';

const hidden = 'SessionKey ***';

/** The symmetric key of one message. It is never printed. */
export class SessionKey {
  readonly #bytes: Buffer;
  /** The cipher it is for; undefined where the data packet itself names it (version 2). */
  readonly cipherId: number | undefined;

  constructor(bytes: Uint8Array, cipherId: number | undefined) {
    this.#bytes = Buffer.from(bytes);
    this.cipherId = cipherId;
  }

  reveal(): Buffer {
    return this.#bytes;
  }

  /** Derive an independent key of `bytes` bytes for another purpose (HKDF-SHA256, RFC 5869). */
  derive(purpose: string, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#bytes, Buffer.alloc(0), purpose, bytes));
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden;
  }
}

/** A new random key for AES-256. */
export function createSessionKey(): SessionKey {
  return new SessionKey(randomBytes(32), aes256Id);
}

export interface WrapOptions {
  readonly recipients: readonly PublicKey[];
  /** Version 6 packets go with version 2 data packets, version 3 with all others (RFC 9580 section 5.1). */
  readonly version: 3 | 6;
}

/**
 * The session-key packets, one for each recipient.
 * @throws Failure `encryption` where a key cannot encrypt: expired, revoked, for signatures only
 */
export async function wrapSessionKey(sessionKey: SessionKey, options: WrapOptions): Promise<Buffer> {
  const { encryptSessionKey } = await loadOpenPgp();
  const packets = options.recipients.map(async (recipient) => {
    try {
      const packet = await encryptSessionKey({
        data: sessionKey.reveal(),
        algorithm: 'aes256',
        encryptionKeys: recipient.openpgp,
        format: 'binary',
        ...(options.version === 6 ? { aeadAlgorithm: 'gcm' as const } : {}),
      });
      return Buffer.from(packet);
    } catch (cause) {
      throw new Failure(
        'encryption',
        `cannot encrypt to the key ${recipient.fingerprint}: ${reason(cause)}`,
        {
          cause,
        },
      );
    }
  });
  return Buffer.concat(await Promise.all(packets));
}

/**
 * Unwrap a session key from the bodies of a message's public-key session-key packets.
 * @throws Failure `encryption` where none of the private keys fits
 */
export async function unwrapSessionKey(
  packets: readonly Buffer[],
  privateKeys: readonly PrivateKey[],
): Promise<SessionKey> {
  if (packets.length === 0) {
    throw new Failure('encryption', 'the message is encrypted with a password only, not to a key');
  }
  const { decryptSessionKeys, enums } = await loadOpenPgp();
  try {
    const [found] = await decryptSessionKeys({
      message: await messageOf(packets),
      decryptionKeys: privateKeys.map((key) => key.openpgp),
    });
    if (found === undefined) {
      throw new Error('no session key');
    }
    return new SessionKey(
      found.data,
      found.algorithm === null ? undefined : enums.symmetric[found.algorithm],
    );
  } catch (cause) {
    const found = await unwrapOtherCipher(packets, privateKeys);
    if (found !== undefined) {
      return new SessionKey(found.bytes, found.cipherId);
    }
    throw new Failure('encryption', `no private key given can decrypt this message: ${reason(cause)}`, {
      cause,
    });
  }
}

/** Only the session-key packets: the library never sees the data. */
async function messageOf(packets: readonly Buffer[]): Promise<Message<Uint8Array>> {
  const { enums, Message, PacketList, PublicKeyEncryptedSessionKeyPacket } = await loadOpenPgp();
  const tag = Buffer.of(encodeTag(packetTag.publicKeyEncryptedSessionKey));
  const bytes = Buffer.concat(packets.flatMap((body) => [tag, encodeLength(body.length), body]));
  const allowed = new Map([[enums.packet.publicKeyEncryptedSessionKey, PublicKeyEncryptedSessionKeyPacket]]);
  // The library takes a plain object, though its types say Map.
  const list = await PacketList.fromBinary(bytes, Object.fromEntries(allowed) as unknown as typeof allowed);
  return new Message(list) as Message<Uint8Array>;
}

function reason(cause: unknown): string {
  return cause instanceof Error
    ? cause.message.replace(/^Error (?:en|de)crypting session keys?: /, '')
    : 'unknown';
}
