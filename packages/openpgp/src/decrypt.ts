import { Failure, isFailure } from '@backup-maker/model';
import type { PrivateKey } from './key/key.ts';
import { type SessionKey, unwrapSessionKey } from './key/session-key.ts';
import type { EncryptionHeader } from './message/encryption-header.ts';
import { type MessageEvent, MessageReader } from './message/reader.ts';
import { packetTag } from './packet/tag.ts';
import { AeadDecryptor } from './seipd/aead-decryptor.ts';
import { aeadScheme } from './seipd/aead-scheme.ts';
import type { BodyDecryptor } from './seipd/cipher.ts';
import { MdcDecryptor } from './seipd/mdc.ts';
import { symmetricCipher } from './seipd/symmetric.ts';
import { unwrap } from './unwrap.ts';

export type DecryptOptions =
  | { readonly privateKeys: readonly PrivateKey[] }
  /** From `readSessionKey`, where the message's beginning has been read before. */
  | { readonly sessionKey: SessionKey };

/**
 * Decrypt a message, armored or binary, as it arrives, in constant memory. The bytes are not authenticated
 * until the generator has ended without an error: whoever takes them must not act on their end before. A piece is
 * overwritten once the next one is asked for.
 * @throws Failure `encryption` where no key fits or an algorithm is unknown, `integrity` where it is not a whole
 *   message as it was encrypted
 */
export async function* decrypt(
  source: AsyncIterable<Uint8Array>,
  options: DecryptOptions,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* unwrap(decryptPackets(source, options));
  } catch (error) {
    throw notWhole(error);
  }
}

/** Whoever decrypts has been told that this is a message: if it is none, it has been damaged. */
function notWhole(error: unknown): unknown {
  return isFailure(error, 'not-openpgp') ? new Failure('integrity', error.message, { cause: error }) : error;
}

async function* decryptPackets(
  source: AsyncIterable<Uint8Array>,
  options: DecryptOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const wrapped: Buffer[] = [];
  let decryptor: BodyDecryptor | undefined;
  for await (const event of messageEvents(source)) {
    switch (event.type) {
      case 'session-key':
        wrapped.push(...keyPackets(event));
        break;
      case 'encrypted': {
        const key =
          'sessionKey' in options
            ? options.sessionKey
            : await unwrapSessionKey(matching(wrapped, event.header), options.privateKeys);
        decryptor = createDecryptor(event.header, key);
        break;
      }
      case 'data':
        yield* decryptor?.update(event.bytes) ?? [];
        break;
      default:
        event satisfies never;
    }
  }
  yield* decryptor?.final() ?? [];
}

/**
 * Unwrap the session key from the first bytes of a message; the data behind it are not touched.
 * @throws Failure as `decrypt`; `integrity` also where `beginning` ends before the encrypted data
 */
export async function readSessionKey(
  beginning: Uint8Array,
  privateKeys: readonly PrivateKey[],
): Promise<SessionKey> {
  const wrapped: Buffer[] = [];
  try {
    for (const event of new MessageReader().push(asBuffer(beginning))) {
      if (event.type === 'encrypted') {
        return await unwrapSessionKey(matching(wrapped, event.header), privateKeys);
      }
      wrapped.push(...keyPackets(event));
    }
  } catch (error) {
    throw notWhole(error);
  }
  throw new Failure('integrity', 'the data do not begin with an encrypted OpenPGP message');
}

async function* messageEvents(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageEvent, void, undefined> {
  const reader = new MessageReader();
  for await (const chunk of source) {
    yield* reader.push(asBuffer(chunk));
  }
  yield* reader.end();
}

function keyPackets(event: MessageEvent): readonly Buffer[] {
  const isForKey = event.type === 'session-key' && event.tag === packetTag.publicKeyEncryptedSessionKey;
  return isForKey ? [event.body] : [];
}

/**
 * A session key that was wrapped for one kind of packet must not be used with another: that is how a message
 * is downgraded to a weaker one (RFC 9580 section 10.3.2.1).
 */
function matching(wrapped: readonly Buffer[], header: EncryptionHeader): readonly Buffer[] {
  const version = header.kind === 'aead' ? 6 : 3;
  return wrapped.filter((body) => body[0] === version);
}

function createDecryptor(header: EncryptionHeader, sessionKey: SessionKey): BodyDecryptor {
  switch (header.kind) {
    case 'mdc':
      if (sessionKey.cipherId === undefined) {
        throw new Failure('encryption', 'the session key does not say for which cipher it is');
      }
      return new MdcDecryptor({ cipher: symmetricCipher(sessionKey.cipherId), key: sessionKey.reveal() });
    case 'aead':
    case 'librepgp-aead':
      return new AeadDecryptor(aeadScheme(header, sessionKey.reveal()));
    default:
      return header satisfies never;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
