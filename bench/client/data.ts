import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

export const dataKinds = ['random', 'text', 'zeros'] as const;
export type DataKind = (typeof dataKinds)[number];

const blockBytes = 1024 * 1024;

/** Write `mebibytes` of random bytes, of a dump-like text, or of zeros. */
export async function writeData(path: string, kind: DataKind, mebibytes: number): Promise<void> {
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
