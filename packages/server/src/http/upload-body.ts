import { Failure } from '@backup-maker/model';
import type { FastifyRequest } from 'fastify';
import type { ByteSource } from '../storage/storage.ts';
import { readMultipartFile } from './multipart.ts';
import { readUrlencodedFile } from './urlencoded.ts';

/**
 * The bytes of an upload, as its content type wraps them: raw, or the field `file` of a form. Nothing is held
 * in memory.
 */
export function uploadBody(request: FastifyRequest): ByteSource {
  const source = requestBytes(request);
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'multipart/form-data':
      return readMultipartFile(source, request.headers);
    case 'application/x-www-form-urlencoded':
      return readUrlencodedFile(source);
    default:
      return source;
  }
}

/** Is the upload wrapped, so that a digest of the body is not one of the upload? */
export function isForm({ headers }: FastifyRequest): boolean {
  return /^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(headers['content-type'] ?? '');
}

/** The bytes of a request; a connection that ends early is an error, never an end. */
export async function* requestBytes({ raw }: FastifyRequest): ByteSource {
  try {
    // Not destroyed when left early: the connection is still needed for the answer.
    yield* raw.iterator({ destroyOnReturn: false }) as ByteSource;
  } catch (cause) {
    throw new Failure('cancelled', 'the connection ended before the whole request had arrived', { cause });
  }
  if (!raw.complete) {
    throw new Failure('cancelled', 'the connection ended before the whole request had arrived');
  }
}

const maxDrainedBytes = 256 * 1024 * 1024;
const maxDrainMs = 10_000;

/**
 * Read and drop the rest of a request that is refused, for a while: a client that is still sending would
 * otherwise lose its connection before it could read why.
 */
export function drainRequest({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) {
    return;
  }
  let drained = 0;
  const stop = () => raw.destroy();
  const timer = setTimeout(stop, maxDrainMs);
  raw.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > maxDrainedBytes) {
      stop();
    }
  });
  raw.once('close', () => clearTimeout(timer));
  raw.resume();
}
