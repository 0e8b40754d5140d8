import { urlOf, type Version } from '@backup-maker/api';
import type { Server } from '../server.ts';
import { sendAuthorized } from './authorized-request.ts';
import { readText } from './http.ts';
import { parseVersion } from './version-reply.ts';

/**
 * Store a stream as a new version in one request, which cannot be taken up again when it breaks. To the path that servers
 * have which know nothing else.
 */
export async function plainUpload(
  server: Server,
  options: {
    readonly collectionId: string;
    readonly body: AsyncIterable<Uint8Array>;
    readonly signal: AbortSignal;
  },
): Promise<Version> {
  const answer = await sendAuthorized(server, {
    method: 'POST',
    url: urlOf(server.url, 'upload', { collection: options.collectionId }, 'alpha'),
    headers: { 'content-type': 'application/octet-stream' },
    body: options.body,
    idleTimeoutMs: server.timeoutMs,
    signal: options.signal,
  });
  return parseVersion(await readText(answer.body), server);
}
