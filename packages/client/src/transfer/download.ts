import { createHash } from 'node:crypto';
import { urlOf } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import type { Server } from '../server.ts';
import { type HttpAnswer, readBytes, sendRequest } from './http.ts';

export interface Download {
  readonly collectionId: string;
  /** A number, `v` and a number, `latest`, or an id. */
  readonly version: string;
  readonly signal: AbortSignal;
}

interface VersionDownload extends Download {
  /** Compare the bytes with the digest that the server gives for them: for versions that nothing else vouches for. */
  readonly checkDigest: boolean;
}

/** The bytes of a version as the server stores it; the stream ends early only with an error. */
export async function download(server: Server, options: VersionDownload): Promise<AsyncIterable<Buffer>> {
  const { collectionId, version, signal } = options;
  const answer = await sendRequest({
    method: 'GET',
    url: urlOf(server.url, 'download', { collection: collectionId, version }),
    token: server.token,
    idleTimeoutMs: server.timeoutMs,
    signal,
  });
  const body = whole(answer.body, { host: server.url.host, signal });
  const digest = options.checkDigest ? digestOf(answer) : undefined;
  return digest === undefined ? body : checked(body, digest);
}

/** The manifest of a version; undefined where it has none, or the server knows of none. */
export async function downloadManifest(server: Server, options: Download): Promise<Buffer | undefined> {
  const { collectionId, version, signal } = options;
  try {
    const answer = await sendRequest({
      method: 'GET',
      url: urlOf(server.url, 'manifest', { collection: collectionId, version }),
      token: server.token,
      idleTimeoutMs: server.timeoutMs,
      signal,
    });
    return await readBytes(answer.body);
  } catch (error) {
    if (isFailure(error, 'not-found')) {
      return undefined;
    }
    throw error;
  }
}

/** SHA-256 of the whole version (RFC 9530). */
function digestOf({ headers }: HttpAnswer): Buffer | undefined {
  const field = headers['repr-digest'];
  const value =
    typeof field === 'string' ? /(?:^|,\s*)sha-256=:([A-Za-z0-9+/=]+):/.exec(field)?.[1] : undefined;
  return value === undefined ? undefined : Buffer.from(value, 'base64');
}

async function* checked(
  body: AsyncIterable<Buffer>,
  digest: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (!hash.digest().equals(digest)) {
    throw new Failure(
      'integrity',
      'the version is not what the server recorded when it was stored: it is damaged',
    );
  }
}

async function* whole(
  body: AsyncIterable<Buffer>,
  { host, signal }: { readonly host: string; readonly signal: AbortSignal },
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body;
  } catch (cause) {
    if (signal.aborted) {
      throw Failure.from(signal.reason, 'cancelled', 'cancelled');
    }
    throw Failure.from(
      cause,
      'network',
      `the connection to ${host} ended before the whole version had arrived`,
    );
  }
}
