import { routes, Success, urlOf, type Version } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { Value } from 'typebox/value';
import type { Server } from '../server.ts';
import { readText, sendRequest } from './http.ts';

export interface Upload {
  readonly collectionId: string;
  /** The stream to store. Where it fails, no version comes into being. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Store a stream as a new version, in one request. */
export async function upload(server: Server, { collectionId, body, signal }: Upload): Promise<Version> {
  const answer = await sendRequest({
    method: 'POST',
    url: urlOf(server.url, 'upload', { collection: collectionId }),
    token: server.token,
    headers: { 'content-type': 'application/octet-stream' },
    body,
    idleTimeoutMs: server.timeoutMs,
    signal,
  });
  return parseVersion(await readText(answer.body), server);
}

function parseVersion(text: string, server: Server): Version {
  const schema = Success(routes.upload.reply);
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch {
    // Refused below, as anything else that is not a reply.
  }
  if (!Value.Check(schema, reply)) {
    throw new Failure('network', `${server.url.host} does not answer as a Backup Repository: check the URL`);
  }
  return reply.data.version;
}
