import { parseToc, type Toc } from './toc.ts';

/** An archive whose table of contents was read; `stream` has all of it, from its first byte on. */
export interface Archive {
  /** Undefined where this is no archive of a known format. */
  readonly toc: Toc | undefined;
  readonly stream: AsyncIterable<Buffer>;
}

const firstLookBytes = 64 * 1024;

/**
 * Read the table of contents of an archive that comes as a stream, and no more: what is held in memory grows with the
 * number of objects, as it does in pg_restore, not with the data.
 */
export async function openArchive(source: AsyncIterable<Buffer>): Promise<Archive> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let wanted = firstLookBytes;
  let toc: Toc | 'more' | undefined = 'more';
  while (toc === 'more') {
    const next = await iterator.next();
    if (next.done !== true) {
      chunks.push(next.value);
      bytes += next.value.length;
    }
    if (next.done === true || bytes >= wanted || chunks.length === 1) {
      toc = parseToc(Buffer.concat(chunks));
      wanted = bytes * 2;
    }
    if (next.done === true) {
      break;
    }
  }
  return { toc: toc === 'more' ? undefined : toc, stream: replay(chunks, iterator) };
}

async function* replay(head: Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for (let chunk = head.shift(); chunk !== undefined; chunk = head.shift()) {
    yield chunk;
  }
  yield* { [Symbol.asyncIterator]: () => rest };
}
