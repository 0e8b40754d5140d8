import { Readable } from 'node:stream';
import { createInflate, createInflateRaw } from 'node:zlib';
import { Failure } from '@backup-maker/model';
import { nativeLineEnds } from './line-ends.ts';
import { type PacketEvent, PacketReader } from './packet/reader.ts';
import { packetTag } from './packet/tag.ts';

/** gpg compresses once; packets nested deeper than this are an attack on the reader. */
const maxCompressionDepth = 3;
/** Format, length of the file name (255 at most) and date (RFC 9580 section 5.9). */
const literalDateBytes = 4;
const inflateChunkBytes = 64 * 1024;

type PacketEvents = AsyncGenerator<PacketEvent, void, undefined>;

/**
 * The content of a decrypted message: exactly one literal packet, which may be compressed and signed
 * (signatures are passed over). Decompression is streamed, so a bomb costs time, never memory.
 */
export async function* unwrap(
  source: AsyncIterable<Buffer>,
  depth = 0,
): AsyncGenerator<Buffer, void, undefined> {
  const events = readPackets(source);
  let contents = 0;
  for (let event = await events.next(); !event.done; event = await events.next()) {
    if (event.value.type !== 'start') {
      continue;
    }
    switch (event.value.tag) {
      case packetTag.literalData:
        contents += 1;
        assertOne(contents);
        yield* literalContent(bodyOf(events));
        break;
      case packetTag.compressedData:
        contents += 1;
        assertOne(contents);
        yield* unwrap(await decompress(bodyOf(events), depth + 1), depth + 1);
        break;
      case packetTag.onePassSignature:
      case packetTag.signature:
      case packetTag.marker:
      case packetTag.padding:
        break;
      default:
        throw new Failure('integrity', `a decrypted message cannot hold a packet of type ${event.value.tag}`);
    }
  }
  if (contents === 0) {
    throw new Failure('integrity', 'the decrypted message holds no data');
  }
}

function assertOne(contents: number): void {
  if (contents > 1) {
    throw new Failure('integrity', 'the decrypted message holds more than one piece of data');
  }
}

async function* readPackets(source: AsyncIterable<Buffer>): PacketEvents {
  const reader = new PacketReader();
  for await (const chunk of source) {
    yield* reader.push(chunk);
  }
  yield* reader.end();
}

/** The rest of the packet that has just started. */
async function* bodyOf(events: PacketEvents): AsyncGenerator<Buffer, void, undefined> {
  for (
    let event = await events.next();
    !event.done && event.value.type !== 'end';
    event = await events.next()
  ) {
    if (event.value.type === 'body') {
      yield event.value.bytes;
    }
  }
}

async function* literalContent(
  body: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  let header: Buffer = Buffer.alloc(0);
  const headerBytes = () => 2 + (header[1] ?? 0) + literalDateBytes;
  while (header.length < headerBytes()) {
    const next = await body.next();
    if (next.done) {
      throw new Failure('integrity', 'the literal data of the message are cut off');
    }
    header = Buffer.concat([header, next.value]);
  }
  const content = prepend([header.subarray(headerBytes())], body);
  yield* textFormats.has(header[0]) ? nativeLineEnds(content) : content;
}

/** `t` and `u`: text, with line ends of its own (RFC 9580 section 5.9). */
const textFormats: ReadonlySet<number | undefined> = new Set([0x74, 0x75]);

async function decompress(
  body: AsyncGenerator<Buffer, void, undefined>,
  depth: number,
): Promise<AsyncIterable<Buffer>> {
  if (depth > maxCompressionDepth) {
    throw new Failure('integrity', `the message is compressed more than ${maxCompressionDepth} times over`);
  }
  const first = await body.next();
  const algorithm = first.done ? undefined : first.value[0];
  const rest = first.done ? [] : [first.value.subarray(1)];
  const compressed = Readable.from(copied(prepend(rest, body)));
  return inflate(compressed, algorithm);
}

/** The algorithms of RFC 9580 section 9.4 that GnuPG uses by default. */
async function* inflate(
  compressed: Readable,
  algorithm: number | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  switch (algorithm) {
    case 0:
      yield* compressed;
      return;
    case 1:
      yield* inflated(compressed, createInflateRaw({ chunkSize: inflateChunkBytes }));
      return;
    case 2:
      yield* inflated(compressed, createInflate({ chunkSize: inflateChunkBytes }));
      return;
    default:
      throw new Failure(
        'encryption',
        `the message is compressed with algorithm ${algorithm ?? 'none'} (ZIP and ZLIB are supported)`,
      );
  }
}

async function* inflated(
  compressed: Readable,
  decoder: ReturnType<typeof createInflate>,
): AsyncGenerator<Buffer, void, undefined> {
  // An error of the source (a failed integrity check) must reach the reader, not only stop the decoder.
  compressed.once('error', (error) => decoder.destroy(error));
  try {
    yield* compressed.pipe(decoder) as AsyncIterable<Buffer>;
  } catch (error) {
    throw Failure.from(error, 'integrity', 'the compressed data of the message are damaged');
  } finally {
    compressed.destroy();
  }
}

/** The decompressor reads ahead, and what a decryptor gives is overwritten. */
async function* copied(
  stream: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of stream) {
    yield Buffer.from(piece);
  }
}

async function* prepend(
  first: readonly Buffer[],
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  yield* first;
  yield* rest;
}
