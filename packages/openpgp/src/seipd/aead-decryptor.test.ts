import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AeadDecryptor } from './aead-decryptor.ts';
import { AeadEncryptor } from './aead-encryptor.ts';
import { aeadModeIds, aeadModes, aeadScheme, tagBytes } from './aead-scheme.ts';
import { aes256Id } from './symmetric.ts';

const chunkBytes = 256 * 1024;
const headerBytes = 36;
const key = randomBytes(32);

describe.each(aeadModes)('a message in chunks of %s', (mode) => {
  const plain = randomBytes(3 * chunkBytes);
  const encryptor = new AeadEncryptor({ mode, key });
  const packet = copies(
    both(
      both(encryptor.start(), () => encryptor.update(plain)),
      () => encryptor.final(),
    ),
  );
  const body = packet.subarray(headerBytes);

  function decrypted(encrypted: Buffer): Buffer {
    const decryptor = new AeadDecryptor(
      aeadScheme(
        {
          kind: 'aead',
          cipherId: aes256Id,
          modeId: aeadModeIds[mode],
          chunkSizeOctet: packet[3] ?? 0,
          random: packet.subarray(4, headerBytes),
        },
        key,
      ),
    );
    return copies(both(decryptor.update(encrypted), () => decryptor.final()));
  }

  const endOf = (chunk: number) => chunk * (chunkBytes + tagBytes);

  it('is what was encrypted', () => {
    expect(decrypted(body).equals(plain)).toBe(true);
  });

  it.each([
    ['after its first chunk', body.subarray(0, endOf(1))],
    ['after its second chunk', body.subarray(0, endOf(2))],
    ['after its last chunk', body.subarray(0, endOf(3))],
    ['after a chunk, with a made-up tag', Buffer.concat([body.subarray(0, endOf(2)), randomBytes(tagBytes)])],
    [
      'after a chunk, with its own last tag',
      Buffer.concat([body.subarray(0, endOf(2)), body.subarray(-tagBytes)]),
    ],
    ['before its first chunk', Buffer.alloc(0)],
    ['in its last tag', body.subarray(0, -1)],
  ])('is refused when it is cut %s', (_where, cut) => {
    expect(() => decrypted(cut)).toThrow('damaged');
  });

  it('is refused when its chunks change places', () => {
    const swapped = [body.subarray(endOf(1), endOf(2)), body.subarray(0, endOf(1)), body.subarray(endOf(2))];
    expect(() => decrypted(Buffer.concat(swapped))).toThrow('damaged');
  });
});

/** The second begins when the first has ended. */
function* both(first: Iterable<Buffer>, second: () => Iterable<Buffer>): Generator<Buffer> {
  yield* first;
  yield* second();
}

/** Pieces are overwritten once the next one is asked for. */
function copies(pieces: Iterable<Buffer>): Buffer {
  const kept: Buffer[] = [];
  for (const piece of pieces) {
    kept.push(Buffer.from(piece));
  }
  return Buffer.concat(kept);
}
