import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Failure } from '@backup-maker/model';
import { failureFromErrno } from './errno.ts';

/** What is read at a time. */
const readBytes = 256 * 1024;

/** @throws Failure `not-found`; `unavailable` where it is no regular file, whatever somebody planted there */
export async function openForReading(path: string): Promise<FileHandle> {
  try {
    // O_NOFOLLOW and O_NONBLOCK: a planted symbolic link or FIFO neither leads elsewhere nor hangs the server.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) {
      return handle;
    }
    await handle.close();
  } catch (error) {
    throw failureFromErrno(error);
  }
  throw new Failure('unavailable', 'the stored object is not a regular file');
}

export interface ReadOptions {
  readonly offsetBytes: number;
  /** Infinity: to the end. */
  readonly lengthBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * The bytes of a file, which is closed at the end. Gives the same memory again and again: to collect new memory would
 * take several times as long as to fill it.
 */
export async function* readAll(
  handle: FileHandle,
  { offsetBytes, lengthBytes, signal }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(lengthBytes, readBytes));
    for (let read = 0; read < lengthBytes; ) {
      signal?.throwIfAborted();
      const wanted = Math.min(lengthBytes - read, buffer.length);
      const { bytesRead } = await readPiece(handle, buffer.subarray(0, wanted), offsetBytes + read);
      if (bytesRead === 0) {
        return;
      }
      read += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function readPiece(handle: FileHandle, into: Buffer, position: number) {
  try {
    return await handle.read(into, { position });
  } catch (error) {
    throw failureFromErrno(error);
  }
}
