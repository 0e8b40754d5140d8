import { KubeError } from './error.ts';

/** The lines of a stream, without their ends; one longer than `maxBytes` is a protocol error. Empty lines are left out. */
export async function* lines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      start = end + 1;
      if (line.trim() !== '') {
        yield line;
      }
    }
    parts.push(chunk.subarray(start));
    size += chunk.byteLength - start;
    if (size > maxBytes) {
      throw new KubeError('protocol', `the API server sent a line longer than ${maxBytes} bytes`);
    }
  }
}
