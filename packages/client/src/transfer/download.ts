import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { messages, urlOf } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import type { Logger } from '../log.ts';
import type { Server } from '../server.ts';
import { sendAuthorized } from './authorized-request.ts';
import { type HttpAnswer, readBytes } from './http.ts';
import { patientRetry, retrying, startRetry } from './retry.ts';

export interface Download {
  readonly collectionId: string;
  /** A number, `v` and a number, `latest`, or an id. */
  readonly version: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

interface VersionDownload extends Download {
  /** Compare the bytes with the digest that the server gives for them: for versions that nothing else vouches for. */
  readonly checkDigest: boolean;
}

/**
 * The bytes of a version as the server stores it. A connection that breaks is taken up again where it broke; the
 * stream ends early only with an error.
 */
export async function download(server: Server, options: VersionDownload): Promise<AsyncIterable<Buffer>> {
  const begun = await retrying(() => begin(server, options), startRetry(server, options));
  const { answer } = begun;
  const body = resumed(server, options, begun);
  const digest = options.checkDigest ? digestOf(answer) : undefined;
  return digest === undefined ? body : checked(body, digest);
}

interface Begun {
  readonly answer: HttpAnswer;
  readonly api: Api;
}

type Api = Parameters<typeof urlOf>[3];

/** Older servers have downloads in the alpha API alone, and know no such path elsewhere. */
async function begin(server: Server, options: Download): Promise<Begun> {
  try {
    return { answer: await get(server, 'download', options), api: 'stable' };
  } catch (error) {
    if (isFailure(error, 'not-found') && !ownNotFound.has(error.message)) {
      return { answer: await get(server, 'download', options, { api: 'alpha' }), api: 'alpha' };
    }
    throw error;
  }
}

/** What a server says that knows the path, and not what it names. */
const ownNotFound: ReadonlySet<string> = new Set([messages.collectionNotFound, messages.versionNotFound]);

/** The manifest of a version; undefined where it has none, or the server knows of none. */
export async function downloadManifest(server: Server, options: Download): Promise<Buffer | undefined> {
  try {
    const attempt = async () => readBytes((await get(server, 'manifest', options)).body);
    return await retrying(attempt, startRetry(server, options));
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

async function* resumed(
  server: Server,
  options: VersionDownload,
  { answer, api }: Begun,
): AsyncGenerator<Buffer, void, undefined> {
  let { body } = answer;
  let received = 0;
  for (;;) {
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        received += chunk.length;
        yield chunk;
      }
      return;
    } catch (cause) {
      options.signal.throwIfAborted();
      options.logger.warn(`the connection to ${server.url.host} broke after ${received} bytes (${cause})`);
    }
    const headers = rangeFrom(received, answer);
    body = await retrying(() => rest(server, options, { headers, api }), patientRetry(server, options));
  }
}

/** The rest of a version, once its first bytes are here: an answer that breaks before them has gained nothing. */
async function rest(
  server: Server,
  options: VersionDownload,
  range: GetOptions,
): Promise<HttpAnswer['body']> {
  const { status, body } = await get(server, 'download', options, range);
  if (status !== 206) {
    body.destroy();
    throw new Failure(
      'network',
      `the connection to ${server.url.host} broke, and it cannot go on in the middle`,
      { details: { final: true } },
    );
  }
  await once(body, 'readable').catch((cause: unknown) => {
    throw new Failure('network', `the connection to ${server.url.host} broke again`, { cause });
  });
  return body;
}

/** The rest, provided that it is still the same version (RFC 9110, section 13.1.5). */
function rangeFrom(received: number, { headers }: HttpAnswer): Readonly<Record<string, string>> {
  const { etag } = headers;
  return { range: `bytes=${received}-`, ...(typeof etag === 'string' ? { 'if-range': etag } : {}) };
}

interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly api?: Api;
}

function get(
  server: Server,
  route: 'download' | 'manifest',
  { collectionId, version, signal }: Download,
  { headers = {}, api }: GetOptions = {},
): Promise<HttpAnswer> {
  return sendAuthorized(server, {
    method: 'GET',
    url: urlOf(server.url, route, { collection: collectionId, version }, api),
    headers,
    idleTimeoutMs: server.timeoutMs,
    signal,
  });
}
