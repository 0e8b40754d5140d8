import { createReadStream } from 'node:fs';
import { appendFile, open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogOptions } from '../api/call.ts';

/** What a container may write before the rest is dropped: a runaway loop must not fill the disk. */
const maxLogBytes = 64 * 1024 * 1024;
const maxLineBytes = 16 * 1024;
/** With its time in front. */
const maxStoredLineBytes = maxLineBytes + 64;
const followPollMs = 200;

/** The log of one run of a container, open before the container starts. */
export interface LogWriter {
  /** Writes all that the streams give, reading them before this returns, and closes the log. */
  readonly write: (streams: readonly Readable[]) => Promise<void>;
  /** For a container that did not start. */
  readonly close: () => Promise<void>;
}

/** Opens a log for what a container says, a line each with its time: `2026-01-02T03:04:05.678Z text`. */
export async function openLog(file: string, now: () => number): Promise<LogWriter> {
  const handle = await open(file, 'a', 0o600);
  let { size } = await handle.stat();
  const append = async (line: Buffer): Promise<void> => {
    const text = Buffer.concat([Buffer.from(`${new Date(now()).toISOString()} `), line, Buffer.from('\n')]);
    if (size + text.length <= maxLogBytes) {
      size += text.length;
      await handle.appendFile(text);
    }
  };
  return {
    close: () => handle.close(),
    async write(streams) {
      try {
        await Promise.all(
          streams.map(async (stream) => {
            for await (const line of linesOf(stream, maxLineBytes)) {
              await append(line);
            }
          }),
        );
      } finally {
        await handle.close();
      }
    },
  };
}

/** Lines as bytes; one that is too long is given in pieces, so that memory stays bounded. */
async function* linesOf(stream: Readable, maxBytes = maxStoredLineBytes): AsyncIterable<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.subarray(start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
    while (rest.length > maxBytes) {
      yield rest.subarray(0, maxBytes);
      rest = rest.subarray(maxBytes);
    }
  }
  if (rest.length > 0) {
    yield rest;
  }
}

/** Adds a line of the node's own, for what went wrong before the program could say anything. */
export async function noteInLog(file: string, text: string, now: () => number): Promise<void> {
  await appendFile(file, `${new Date(now()).toISOString()} ${text}\n`, { mode: 0o600 });
}

export interface LogReadOptions
  extends Pick<LogOptions, 'timestamps' | 'tailLines' | 'limitBytes' | 'sinceMs' | 'signal'> {
  /** True as long as more may come; asked only when all that is there has been read. */
  readonly mayGrow: () => boolean;
}

/** Reads a log as `kubectl logs` wants it. */
export async function* readLog(file: string, options: LogReadOptions): AsyncIterable<Buffer> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const line of wantedLines(file, options)) {
    const text = Buffer.from(`${options.timestamps ? line : line.slice(line.indexOf(' ') + 1)}\n`);
    const part = text.subarray(0, Math.min(text.length, left));
    yield part;
    left -= part.length;
    if (left <= 0) {
      return;
    }
  }
}

async function* wantedLines(file: string, options: LogReadOptions): AsyncIterable<string> {
  const { tailLines, sinceMs } = options;
  const isRecent = (line: string): boolean =>
    sinceMs === undefined || Date.parse(line.slice(0, line.indexOf(' '))) >= sinceMs;
  let position = (await stat(file).catch(() => undefined))?.size ?? 0;
  // The end is fixed first: what comes while the last lines are found is then read by following.
  if (tailLines === undefined) {
    yield* filtered(linesBetween(file, 0, position), isRecent);
  } else {
    yield* await lastLines(filtered(linesBetween(file, 0, position), isRecent), tailLines);
  }
  while (!options.signal.aborted) {
    const open = options.mayGrow();
    const size = (await stat(file).catch(() => undefined))?.size ?? 0;
    const end = size > position ? await lastLineEnd(file, position, size) : position;
    if (end > position) {
      yield* linesBetween(file, position, end);
      position = end;
    } else if (!open) {
      return;
    } else {
      await delay(followPollMs, undefined, { signal: options.signal }).catch(() => {});
    }
  }
}

async function* filtered(
  lines: AsyncIterable<string>,
  wanted: (line: string) => boolean,
): AsyncIterable<string> {
  for await (const line of lines) {
    if (wanted(line)) {
      yield line;
    }
  }
}

async function* linesBetween(file: string, start: number, end: number): AsyncIterable<string> {
  if (end > start) {
    for await (const line of linesOf(createReadStream(file, { start, end: end - 1 }))) {
      yield line.toString('utf8');
    }
  }
}

async function lastLines(lines: AsyncIterable<string>, count: number): Promise<readonly string[]> {
  const ring: string[] = [];
  for await (const line of lines) {
    ring.push(line);
    if (ring.length > count * 2 + 1000) {
      ring.splice(0, ring.length - count);
    }
  }
  return count === 0 ? [] : ring.slice(-count);
}

/** The end of the last whole line: half a line is read when its other half is there. */
async function lastLineEnd(file: string, start: number, end: number): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const size = Math.min(end - start, 1024 * 1024);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, start);
    return start + buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
  } finally {
    await handle.close();
  }
}
