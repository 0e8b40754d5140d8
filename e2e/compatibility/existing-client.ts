import { type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface ExistingUpload {
  readonly url: string;
  readonly token: string;
  readonly collection: string;
  readonly body: Buffer;
}

/**
 * A stand-in for the client of existing installations, from facts about what it sends: it passes on what its command
 * prints, chunked, and ends the body before it knows how the command ended.
 */
function send({ url, token, collection, body }: ExistingUpload): ClientRequest {
  const path = `/api/alpha/repository/collection/${encodeURIComponent(collection)}/version`;
  const upload = request(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const half = Math.floor(body.length / 2);
  upload.write(body.subarray(0, half));
  upload.end(body.subarray(half));
  return upload;
}

/** The command ended well: any status but 200 is a failure. */
export async function existingBackup(upload: ExistingUpload): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = send(upload);
  sent.on('error', reject);
  sent.on('response', (response) => {
    response.resume().on('end', () => resolve(response.statusCode ?? 0));
  });
  return promise;
}

/** The command failed: the request is cancelled, at some moment within the two seconds after its body. */
export async function existingFailedBackup(upload: ExistingUpload, afterMs: number): Promise<void> {
  const sent = send(upload);
  sent.on('error', () => {});
  await delay(afterMs);
  sent.destroy();
}
