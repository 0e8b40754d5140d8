import { parseCollection } from '../src/documents/collection.ts';
import type { Repository } from '../src/repository.ts';
import type { Authenticated } from '../src/sessions/authenticate.ts';
import type { ByteSource } from '../src/storage/storage.ts';
import { uploadVersion } from '../src/upload/upload.ts';
import { collectionDocument } from './sample-documents.ts';

/** Somebody who may do everything, without a login. */
export const anybody: Authenticated = {
  actor: { userName: 'admin', roles: ['systemAdmin'], accessKey: undefined, scope: undefined },
  session: { id: 'session' } as Authenticated['session'],
  user: { name: 'admin' } as Authenticated['user'],
};

export function testCollection(name: string, spec: object = {}) {
  return parseCollection(collectionDocument(name, spec) as Parameters<typeof parseCollection>[0]);
}

/** The bytes in chunks, as a socket gives them. */
export async function* chunked(bytes: Buffer, chunkBytes = 65_536): ByteSource {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes);
  }
}

/** An upload as a request makes it, without HTTP. */
export function uploadDirectly(
  repository: Repository,
  collection = testCollection('iwa'),
  bytes: Buffer = Buffer.alloc(0),
) {
  return uploadVersion(repository, {
    caller: anybody,
    collection,
    source: chunked(bytes),
    signal: new AbortController().signal,
  });
}
