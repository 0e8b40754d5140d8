import { messages, urlOf, type Version } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import type { Server } from '../server.ts';
import { sendAuthorized } from './authorized-request.ts';
import { type HttpAnswer, type HttpRequest, readText } from './http.ts';
import type { Segment } from './segments.ts';
import { parseVersion } from './version-reply.ts';

/** One resumable upload on a server (tus 1.0.0, core and creation-defer-length). Nothing here tries twice. */
export interface UploadSession {
  /** How many bytes the server has. */
  offset(): Promise<number>;
  /** Send the bytes of a segment that lie between two offsets of the upload; gives the new offset of the server. */
  send(segment: Segment, from: number, to: number): Promise<number>;
  /** The number that the version has, or gets if it is completed next. */
  version(): Promise<{ readonly number: number; readonly isRecorded: boolean }>;
  putManifest(manifest: Buffer): Promise<void>;
  /**
   * Declare the upload complete: only now does the version come into being. May be repeated.
   * @throws Failure `conflict` where it would not get `versionNumber`
   */
  finish(bytes: number, versionNumber: number | undefined): Promise<Version>;
  /** Give it up, so that the server need not wait for more. */
  abandon(): Promise<void>;
}

const protocol = { 'tus-resumable': '1.0.0' };
/** An abandoned upload expires by itself; the user need not wait for it. */
const abandonTimeoutMs = 5_000;

/**
 * Begin an upload whose length is not known.
 * @returns undefined where the server does not have resumable uploads
 */
export async function createUploadSession(
  server: Server,
  options: { readonly collectionId: string; readonly signal: AbortSignal },
): Promise<UploadSession | undefined> {
  const { signal } = options;
  const url = urlOf(server.url, 'createUpload', { collection: options.collectionId });
  const send = (request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>, until = signal) =>
    sendAuthorized(server, {
      ...request,
      headers: { ...protocol, ...request.headers },
      // A connection that was lost without a word leaves time to try again.
      idleTimeoutMs: server.timeoutMs / 3,
      signal: until,
    });
  let created: HttpAnswer;
  try {
    created = await send({
      method: 'POST',
      url,
      headers: { 'upload-defer-length': '1', 'content-length': '0' },
    });
  } catch (error) {
    if (isUnsupported(error)) {
      return undefined;
    }
    throw error;
  }
  const location = locationOf(await discard(created), server, options.collectionId);
  const head = async () => discard(await send({ method: 'HEAD', url: location }));
  return {
    offset: async () => offsetOf(await head()),
    version: async () => versionOf(await head()),
    send: async (segment, from, to) =>
      offsetOf(await discard(await send({ method: 'PATCH', url: location, ...patch(segment, from, to) }))),
    putManifest: async (manifest) => {
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': String(manifest.length),
      };
      await discard(await send({ method: 'PUT', url: manifestUrl(location), headers, body: manifest }));
    },
    finish: async (bytes, versionNumber) => {
      const headers = {
        ...patchHeaders(bytes, 0),
        'upload-length': String(bytes),
        ...(versionNumber === undefined ? {} : { 'backup-version': String(versionNumber) }),
      };
      const answer = await send({ method: 'PATCH', url: location, headers });
      return parseVersion(await readText(answer.body), server);
    },
    abandon: async () => {
      await discard(await send({ method: 'DELETE', url: location }, AbortSignal.timeout(abandonTimeoutMs)));
    },
  };
}

/** An older server has no such route. */
function isUnsupported(error: unknown): boolean {
  if (!isFailure(error) || error.message === messages.collectionNotFound) {
    return false;
  }
  const { status } = error.details;
  return status === 404 || status === 405 || status === 501;
}

/**
 * Where the upload is: below the URL that the user gave, for the token must not go elsewhere. Of the answer only the
 * upload's id counts: the server may not know below which path a proxy has put it.
 */
function locationOf(answer: HttpAnswer, { url }: Server, collection: string): URL {
  const { location } = answer.headers;
  const said = typeof location === 'string' ? URL.parse(location, url.href) : null;
  const upload = said?.host === url.host ? /[^/]+(?=\/?$)/.exec(said.pathname)?.[0] : undefined;
  if (upload === undefined) {
    throw new Failure('network', `${url.host} does not say where the upload is: check the URL`, {
      details: { final: true },
    });
  }
  return urlOf(url, 'uploadOffset', { collection, upload: decodeURIComponent(upload) });
}

function manifestUrl(location: URL): URL {
  const url = new URL(location);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/manifest`;
  return url;
}

function patch(segment: Segment, from: number, to: number): Pick<HttpRequest, 'headers' | 'body'> {
  const bytes = segment.bytes.subarray(from - segment.offset, to - segment.offset);
  return { headers: patchHeaders(from, bytes.length), body: bytes };
}

function patchHeaders(offset: number, bytes: number): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/offset+octet-stream',
    'content-length': String(bytes),
    'upload-offset': String(offset),
  };
}

/**
 * Answers without a body must be read too, or the connection cannot be used again. Where that breaks, the answer has
 * been given all the same.
 */
async function discard(answer: HttpAnswer): Promise<HttpAnswer> {
  await readText(answer.body).catch(() => {});
  return answer;
}

function offsetOf(answer: HttpAnswer): number {
  const offset = numberOf(answer, 'upload-offset');
  if (offset === undefined) {
    throw new Failure('network', 'the server does not say how much of the upload has arrived');
  }
  return offset;
}

function versionOf(answer: HttpAnswer): { readonly number: number; readonly isRecorded: boolean } {
  const recorded = numberOf(answer, 'backup-version');
  const number = recorded ?? numberOf(answer, 'backup-next-version');
  if (number === undefined) {
    throw new Failure('network', 'the server does not say which number a version gets: upgrade the server', {
      details: { final: true },
    });
  }
  return { number, isRecorded: recorded !== undefined };
}

function numberOf({ headers }: HttpAnswer, name: string): number | undefined {
  const text = headers[name];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
