import { urlOf } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import type { Server } from '../server.ts';
import { readBytes, sendRequest } from './http.ts';

export interface Download {
  readonly collectionId: string;
  /** A number, `v` and a number, `latest`, or an id. */
  readonly version: string;
  readonly signal: AbortSignal;
}

export interface DownloadedVersion {
  /** As the server stores it; ends early only with an error. */
  readonly body: AsyncIterable<Buffer>;
  /** Bytes, where the server says. */
  readonly size: number | undefined;
}

export async function download(server: Server, options: Download): Promise<DownloadedVersion> {
  const { collectionId, version, signal } = options;
  const answer = await sendRequest({
    method: 'GET',
    url: urlOf(server.url, 'download', { collection: collectionId, version }),
    token: server.token,
    idleTimeoutMs: server.timeoutMs,
    signal,
  });
  const length = answer.headers['content-length'];
  const size = typeof length === 'string' ? Number(length) : undefined;
  return { size, body: whole(answer.body, { host: server.url.host, signal }) };
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
