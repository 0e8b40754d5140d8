import { Failure } from '@backup-maker/model';
import { beginsEncrypted } from '@backup-maker/openpgp';
import { concatenated } from './concatenated.ts';

/** More than the session key of any recipient takes, armored. */
const beginningBytes = 16 * 1024;

/**
 * The same stream, once its beginning shows that it can be used without a key. Nobody wants ciphertext in a database,
 * and a command that does not look at its input would take it.
 * @throws Failure `integrity` where it is an encrypted message; the stream is closed then
 */
export async function insistOnUnencrypted(
  stream: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const source = stream[Symbol.asyncIterator]();
  const beginning = await beginningOf(source);
  if (beginsEncrypted(beginning)) {
    await source.return?.();
    throw new Failure(
      'integrity',
      'the version is encrypted and no private key is given: give --private-key, or --allow-unencrypted where the command decrypts by itself',
    );
  }
  return concatenated<Uint8Array>(beginning, source);
}

/** A piece is overwritten once the next one is asked for, so these are copies. */
async function beginningOf(source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < beginningBytes) {
    const next = await source.next();
    if (next.done) {
      break;
    }
    pieces.push(Buffer.from(next.value));
    length += next.value.length;
  }
  return Buffer.concat(pieces);
}
