import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

export const dataKinds = ['random', 'text', 'zeros'] as const;
export type DataKind = (typeof dataKinds)[number];

const blockBytes = 1024 * 1024;
/** More than this is made while it is read: a disk may not have room for it twice. */
const maxFileMebibytes = 4096;

/**
 * Shell text that prints `mebibytes` of such data, each time the same: as fast as `cat` prints a file, which for more
 * than 4 GiB costs a little time of the processor.
 */
export async function prepareSource(folder: string, kind: DataKind, mebibytes: number): Promise<string> {
  if (mebibytes <= maxFileMebibytes) {
    const path = join(folder, 'source');
    await writeData(path, kind, mebibytes);
    return `cat '${path}'`;
  }
  const bytes = mebibytes * blockBytes;
  switch (kind) {
    case 'zeros':
      return `head -c ${bytes} /dev/zero`;
    case 'random':
      // The end of head is no failure of openssl, which is told of it by a signal.
      return `(openssl enc -aes-128-ctr -K 1 -iv 1 -in /dev/zero 2>/dev/null || true) | head -c ${bytes}`;
    case 'text':
      throw new Error(`text is measured up to ${maxFileMebibytes} MiB`);
    default:
      return kind satisfies never;
  }
}

/** Write `mebibytes` of random bytes, of a dump-like text, or of zeros. */
async function writeData(path: string, kind: DataKind, mebibytes: number): Promise<void> {
  await using file = await open(path, 'w');
  let row = 0;
  const block = (): Buffer => {
    switch (kind) {
      case 'random':
        return randomBytes(blockBytes);
      case 'zeros':
        return Buffer.alloc(blockBytes);
      case 'text': {
        const lines: string[] = [];
        for (let bytes = 0; bytes < blockBytes; bytes += lines.at(-1)?.length ?? 0) {
          row += 1;
          lines.push(
            `${row}\tuser${row % 9973}@example.org\t2026-01-${(row % 28) + 1}\t${(row * 7919) % 1_000_003}\tt\n`,
          );
        }
        return Buffer.from(lines.join('').slice(0, blockBytes));
      }
      default:
        return kind satisfies never;
    }
  };
  for (let written = 0; written < mebibytes; written += 1) {
    await file.write(block());
  }
}
