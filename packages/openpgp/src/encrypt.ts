import { Failure } from '@backup-maker/model';
import { ArmorEncoder } from './armor/encoder.ts';
import type { PublicKey } from './key/key.ts';
import { createSessionKey, type SessionKey, wrapSessionKey } from './key/session-key.ts';
import { PartialBody } from './packet/partial-body.ts';
import { packetTag } from './packet/tag.ts';
import { AeadEncryptor } from './seipd/aead-encryptor.ts';
import { aeadModes } from './seipd/aead-scheme.ts';
import type { BodyEncryptor } from './seipd/cipher.ts';
import { MdcEncryptor } from './seipd/mdc.ts';
import { aes256Id, symmetricCipher } from './seipd/symmetric.ts';

export interface EncryptOptions {
  /** Each of them can decrypt. At least one. */
  readonly recipients: readonly PublicKey[];
  /** ASCII armor instead of binary. */
  readonly armor?: boolean;
  /** A new random one by default; give it where something else is to be derived from it. */
  readonly sessionKey?: SessionKey;
  /** `cfb`, the default, is what every OpenPGP program reads; `gcm` and `ocb` need RFC 9580 on the other side. */
  readonly cipher?: MessageCipher;
  /**
   * Each piece given is overwritten once the next one is asked for. For a consumer that is done with a piece by
   * then: memory that is used again costs no garbage collection, a third of the time otherwise.
   */
  readonly reusePieces?: boolean;
}

export const messageCiphers = ['cfb', ...aeadModes] as const;
export type MessageCipher = (typeof messageCiphers)[number];

/**
 * Encrypt a stream to one OpenPGP message (AES-256, literal data, not compressed) in constant memory. A stream
 * that fails gives no end of message.
 */
export async function* encrypt(
  source: AsyncIterable<Uint8Array>,
  options: EncryptOptions,
): AsyncGenerator<Buffer, void, undefined> {
  if (options.recipients.length === 0) {
    throw new Failure('encryption', 'nobody to encrypt to: give at least one public key');
  }
  const sessionKey = options.sessionKey ?? createSessionKey();
  const { recipients, cipher = 'cfb' } = options;
  const wrapped = await wrapSessionKey(sessionKey, { recipients, version: cipher === 'cfb' ? 3 : 6 });
  const key = sessionKey.reveal();
  const encryptor =
    cipher === 'cfb'
      ? new MdcEncryptor({ cipher: symmetricCipher(aes256Id), key })
      : new AeadEncryptor({ mode: cipher, key });
  const message = encryptPackets(source, {
    encryptor,
    wrapped,
    reusePieces: options.reusePieces ?? false,
  });
  yield* options.armor ? armored(message) : message;
}

/** The literal packet inside, the encrypted one around it, both written in runs as the bytes come. */
async function* encryptPackets(
  source: AsyncIterable<Uint8Array>,
  parts: { readonly encryptor: BodyEncryptor; readonly wrapped: Buffer; readonly reusePieces: boolean },
): AsyncGenerator<Buffer, void, undefined> {
  const { encryptor, wrapped, reusePieces } = parts;
  const literal = new PartialBody(packetTag.literalData, { reuse: true });
  const encrypted = new PartialBody(packetTag.integrityProtectedData, { reuse: reusePieces });
  const frame = function* (pieces: Iterable<Buffer>): Generator<Buffer, void, undefined> {
    for (const piece of pieces) {
      yield* encrypted.push(piece);
    }
  };
  const encryptAll = function* (plain: Iterable<Buffer>): Generator<Buffer, void, undefined> {
    for (const piece of plain) {
      yield* frame(encryptor.update(piece));
    }
  };
  yield wrapped;
  yield* frame(encryptor.start());
  yield* encryptAll(literal.push(literalHeader));
  for await (const chunk of source) {
    yield* encryptAll(literal.push(chunk));
  }
  yield* encryptAll(literal.end());
  yield* frame(encryptor.final());
  yield* encrypted.end();
}

/** Binary, without name and time: the server learns neither, and the client's clock is no evidence (RFC 9580 section 5.9). */
const literalHeader = Buffer.of(0x62, 0, 0, 0, 0, 0);

async function* armored(message: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const encoder = new ArmorEncoder();
  for await (const piece of message) {
    yield* encoder.push(piece);
  }
  yield* encoder.end();
}
