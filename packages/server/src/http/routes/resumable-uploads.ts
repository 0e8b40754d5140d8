import { messages, routes } from '@backup-maker/api';
import { Failure, freeMemory } from '@backup-maker/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { putManifest } from '../../database/manifests.ts';
import { findUpload, type ResumableUpload } from '../../database/uploads.ts';
import { nextVersionNumber } from '../../database/versions.ts';
import type { Collection } from '../../documents/collection.ts';
import type { Repository } from '../../repository.ts';
import { abandonUpload } from '../../upload/resumable/abandon.ts';
import { checksumAlgorithms, parseChecksum } from '../../upload/resumable/checksum.ts';
import { continueUpload } from '../../upload/resumable/continue.ts';
import { createUpload } from '../../upload/resumable/create.ts';
import { findFinishedVersion } from '../../upload/resumable/finish.ts';
import { roomFor } from '../../upload/room.ts';
import { watchSource } from '../../upload/watched-source.ts';
import { success } from '../answer.ts';
import { addRoute, pathsOf } from '../route.ts';
import {
  insistOnTusVersion,
  metadataHeader,
  numberHeader,
  tusExtensions,
  tusVersion,
} from '../tus-headers.ts';
import { drainRequest, requestBytes } from '../upload-body.ts';
import { versionView } from '../views.ts';
import { allowedCollection } from './collections.ts';

const maxManifestBytes = 1024 * 1024;

/** Resumable uploads: tus 1.0.0 (https://tus.io/protocols/resumable-upload), and the manifest that comes with one. */
export function addResumableUploadRoutes(app: FastifyInstance, repository: Repository): void {
  app.register((uploads, _options, done) => {
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    addRoute(uploads, routes.createUpload, (request, reply) => create(repository, request, reply));
    addRoute(uploads, routes.continueUpload, (request, reply) => proceed(repository, request, reply));
    addRoute(uploads, routes.uploadManifest, (request, reply) => takeManifest(repository, request, reply));
    done();
  });
  addRoute(app, routes.uploadOffset, (request, reply) => tellOffset(repository, request, reply));
  addRoute(app, routes.abandonUpload, (request, reply) => abandon(repository, request, reply));
  for (const url of pathsOf(routes.createUpload)) {
    app.options(url, (request, reply) => tellAbilities(repository, request, reply));
  }
}

async function tellAbilities(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  const { collection } = await allowedCollection(repository, request, 'upload', messages.mayNotUpload);
  return reply
    .header('Tus-Resumable', tusVersion)
    .header('Tus-Version', tusVersion)
    .header('Tus-Extension', tusExtensions.join())
    .header('Tus-Checksum-Algorithm', checksumAlgorithms.join())
    .header('Tus-Max-Size', `${(await roomFor(repository, collection)).maxBytes}`)
    .status(204)
    .send();
}

async function create(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  using _running = repository.uploads.enter();
  const { caller, collection } = await allowedCollection(
    repository,
    request,
    'upload',
    messages.mayNotUpload,
  );
  insistOnTusVersion(request, reply);
  const upload = await createUpload(repository, {
    caller,
    collection,
    lengthBytes: declaredLength(request),
    metadata: metadataHeader(request),
  });
  return reply
    .status(201)
    .header('Location', locationOf(upload.id, request.url))
    .header('Upload-Expires', new Date(upload.expiresAtMs).toUTCString())
    .send();
}

/**
 * Where an upload is, from where it was asked for: relative, as a proxy may have put the server below a path that the
 * server does not know.
 */
function locationOf(upload: string, url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  return path.endsWith('/') ? upload : `upload/${upload}`;
}

function declaredLength(request: FastifyRequest): number | undefined {
  const lengthBytes = numberHeader(request, 'Upload-Length');
  const deferred = request.headers['upload-defer-length'];
  if (
    (deferred !== undefined && deferred !== '1') ||
    (deferred === undefined) === (lengthBytes === undefined)
  ) {
    throw new Failure('invalid-input', 'give either Upload-Length or Upload-Defer-Length: 1');
  }
  return lengthBytes;
}

async function tellOffset(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  insistOnTusVersion(request, reply);
  const { upload } = await ownUpload(repository, request);
  describeUpload(reply, upload);
  if (upload.versionNumber === undefined) {
    const next = await nextVersionNumber(repository.database, upload.collectionId);
    reply.header('Backup-Next-Version', `${next}`);
  } else {
    reply.header('Backup-Version', `${upload.versionNumber}`);
  }
  return reply.status(200).send();
}

async function proceed(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  try {
    // Another server, or this one after its restart, takes the bytes that come while this one is ending.
    using _running = repository.uploads.enter();
    insistOnTusVersion(request, reply);
    if (request.headers['content-type'] !== 'application/offset+octet-stream') {
      throw new Failure('unsupported-media-type', 'send the bytes as application/offset+octet-stream');
    }
    const { upload, collection } = await ownUpload(repository, request);
    const signal = AbortSignal.timeout(repository.uploadTimeoutMs);
    const continued = await continueUpload(repository, {
      collection,
      upload,
      offsetBytes: insistOnOffsetHeader(request),
      lengthBytes: numberHeader(request, 'Upload-Length'),
      versionNumber: numberHeader(request, 'Backup-Version'),
      source: watchSource(requestBytes(request), { signal, idleMs: repository.uploadIdleMs }),
      release: freeMemory,
      isEmpty: request.headers['content-length'] === '0',
      checksum: parseChecksum(request.headers['upload-checksum'] as string | undefined),
      signal,
    });
    reply
      .header('Upload-Offset', `${continued.offsetBytes}`)
      .header('Upload-Expires', new Date(repository.now() + repository.uploadTimeoutMs).toUTCString());
    if (!continued.version) {
      return reply.status(204).send();
    }
    reply.header('Backup-Version', `${continued.version.versionNumber}`);
    return success({ version: versionView(continued.version) });
  } catch (error) {
    drainRequest(request);
    throw error;
  }
}

function insistOnOffsetHeader(request: FastifyRequest): number {
  const offsetBytes = numberHeader(request, 'Upload-Offset');
  if (offsetBytes === undefined) {
    throw new Failure('invalid-input', 'Upload-Offset is missing');
  }
  return offsetBytes;
}

async function takeManifest(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  const { upload } = await ownUpload(repository, request);
  if (upload.versionNumber !== undefined) {
    await findFinishedVersion(repository, upload);
    throw new Failure('conflict', 'this upload is complete already: its manifest cannot change any more');
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of requestBytes(request)) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxManifestBytes) {
      drainRequest(request);
      throw new Failure('quota-exceeded', `a manifest may have ${maxManifestBytes} bytes at most`);
    }
    chunks.push(chunk);
  }
  await putManifest(repository.database, upload.id, Buffer.concat(chunks));
  return reply.status(204).send();
}

async function abandon(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  insistOnTusVersion(request, reply);
  const { upload, collection } = await ownUpload(repository, request);
  if (!(await abandonUpload(repository, upload.id, collection.name))) {
    throw new Failure('conflict', 'this upload is complete already: it is a version now');
  }
  return reply.status(204).send();
}

/**
 * The upload of a request, when it is the caller's. One of somebody else is not told apart from none.
 * @throws Failure `not-found`, `forbidden`
 */
async function ownUpload(
  repository: Repository,
  request: FastifyRequest,
): Promise<{ readonly upload: ResumableUpload; readonly collection: Collection }> {
  const { caller, collection } = await allowedCollection(
    repository,
    request,
    'upload',
    messages.mayNotUpload,
  );
  const { upload: id } = request.params as { upload: string };
  const upload = await findUpload(repository.database, id);
  if (
    !upload ||
    upload.collectionId !== collection.name ||
    upload.userName !== caller.user.name ||
    upload.expiresAtMs <= repository.now()
  ) {
    throw new Failure('not-found', 'cannot find specified upload: it is unknown, or has expired');
  }
  return { upload, collection };
}

function describeUpload(reply: FastifyReply, upload: ResumableUpload): void {
  reply
    .header('Upload-Offset', `${upload.offsetBytes}`)
    .header('Upload-Expires', new Date(upload.expiresAtMs).toUTCString())
    .header('Cache-Control', 'no-store');
  if (upload.lengthBytes === undefined) {
    reply.header('Upload-Defer-Length', '1');
  } else {
    reply.header('Upload-Length', `${upload.lengthBytes}`);
  }
  if (upload.metadata !== '') {
    reply.header('Upload-Metadata', upload.metadata);
  }
}
