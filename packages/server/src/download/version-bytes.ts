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
  const pieces = piecesOf(await listParts(database, version.id), slice);
  const open = (piece: Piece) =>
    storage.get(piece.objectKey, { range: piece, ...(signal ? { signal } : {}) });
  if (pieces.reduce((sum, piece) => sum + piece.lengthBytes, 0) !== slice.lengthBytes) {
    // It was rotated out between being found and being opened.
    throw new Failure('not-found', messages.versionNotFound);
  }
  const [first, ...rest] = pieces;
  return concatenate(first && (await open(first)), rest, open);
}

interface Piece extends Slice {
  readonly objectKey: string;
}

/** The pieces of the parts that a slice covers. */
function piecesOf(parts: readonly Part[], slice: Slice): readonly Piece[] {
  const end = slice.offsetBytes + slice.lengthBytes;
  const pieces: Piece[] = [];
  let partStart = 0;
  for (const part of parts) {
    const partEnd = partStart + part.sizeBytes;
    const from = Math.max(slice.offsetBytes, partStart);
    const to = Math.min(end, partEnd);
    if (from < to) {
      pieces.push({ objectKey: part.objectKey, offsetBytes: from - partStart, lengthBytes: to - from });
    }
    partStart = partEnd;
  }
  return pieces;
}

async function* concatenate(
  first: ByteSource | undefined,
  rest: readonly Piece[],
  open: (piece: Piece) => Promise<ByteSource>,
): AsyncGenerator<Uint8Array> {
  if (first) {
    yield* first;
  }
  for (const piece of rest) {
    yield* await open(piece);
  }
}
