import { messages } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { listParts, type Part } from '../database/parts.ts';
import type { StoredVersion } from '../database/versions.ts';
import type { Repository } from '../repository.ts';
import type { ByteSource } from '../storage/storage.ts';

export interface Slice {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * The bytes of a version, or a slice of them. The first part is opened before this resolves, so that what is
 * missing is known before an answer begins.
 * @throws Failure `not-found` when its bytes are not there (any more)
 */
export async function openVersion(
  { database, storage }: Repository,
  version: StoredVersion,
  slice: Slice,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const slices = partSlices(await listParts(database, version.id), slice);
  const open = (slice: PartSlice) =>
    storage.get(slice.objectKey, { range: slice, ...(signal ? { signal } : {}) });
  if (slices.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0) !== slice.lengthBytes) {
    // It was rotated out between being found and being opened.
    throw new Failure('not-found', messages.versionNotFound);
  }
  const [first, ...rest] = slices;
  return concatenate(first && (await open(first)), rest, open);
}

interface PartSlice extends Slice {
  readonly objectKey: string;
}

/** What a slice of a version covers of its parts. */
function partSlices(parts: readonly Part[], slice: Slice): readonly PartSlice[] {
  const end = slice.offsetBytes + slice.lengthBytes;
  const slices: PartSlice[] = [];
  let partStart = 0;
  for (const part of parts) {
    const partEnd = partStart + part.sizeBytes;
    const from = Math.max(slice.offsetBytes, partStart);
    const to = Math.min(end, partEnd);
    if (from < to) {
      slices.push({ objectKey: part.objectKey, offsetBytes: from - partStart, lengthBytes: to - from });
    }
    partStart = partEnd;
  }
  return slices;
}

async function* concatenate(
  first: ByteSource | undefined,
  rest: readonly PartSlice[],
  open: (slice: PartSlice) => Promise<ByteSource>,
): AsyncGenerator<Uint8Array> {
  if (first) {
    yield* first;
  }
  for (const slice of rest) {
    yield* await open(slice);
  }
}
