import { messages, routes } from '@backup-maker/api';
import { Failure, freeMemory } from '@backup-maker/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findManifest } from '../../database/manifests.ts';
import type { StoredVersion } from '../../database/versions.ts';
import { readRange } from '../../download/range.ts';
import { openVersion } from '../../download/version-bytes.ts';
import type { Repository } from '../../repository.ts';
import { uploadVersion } from '../../upload/upload.ts';
import { watchSource } from '../../upload/watched-source.ts';
import { success } from '../answer.ts';
import { expectedSha256 } from '../digest-header.ts';
import { flushedStream } from '../flushed-stream.ts';
import { addRoute } from '../route.ts';
import { vouchesForBody, watchSender } from '../sender.ts';
import { drainRequest, isForm, uploadBody } from '../upload-body.ts';
import { versionView } from '../views.ts';
import { allowedCollection, findRequestedVersion } from './collections.ts';

/** The bytes of versions: into the repository and out of it. */
export async function addVersionRoutes(app: FastifyInstance, repository: Repository): Promise<void> {
  addRoute(app, routes.download, (request, reply) => download(repository, request, reply));

  addRoute(app, routes.manifest, async (request, reply) => {
    const { collection } = await allowedCollection(repository, request, 'download', messages.mayNotDownload);
    const version = await findRequestedVersion(repository, request, collection);
    const manifest = await findManifest(repository.database, version.id);
    if (!manifest) {
      throw new Failure('not-found', 'this version has no manifest');
    }
    return reply.type('application/octet-stream').send(manifest);
  });

  await app.register((uploads, _options, done) => {
    // Whatever its content type: the body of an upload is a stream that no parser of Fastify touches.
    uploads.addHook('onRequest', async (request) => {
      if (!isForm(request)) {
        // Also one that is no content type at all, which Fastify would refuse: it says nothing about the bytes.
        request.raw.headers['content-type'] = 'application/octet-stream';
      }
    });
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    addRoute(uploads, routes.upload, (request, reply) => upload(repository, request, reply));
    done();
  });
}

async function upload(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  const endTimer = repository.metrics.uploadDuration.startTimer();
  try {
    using _running = repository.uploads.enter();
    const { caller, collection } = await allowedCollection(
      repository,
      request,
      'upload',
      messages.mayNotUpload,
    );
    using sender = vouchesForBody(request)
      ? undefined
      : watchSender(request.raw, { collection: collection.name, settleMs: repository.uploadSettleMs });
    const signal = AbortSignal.timeout(repository.uploadTimeoutMs);
    const source = watchSource(uploadBody(request), { signal, idleMs: repository.uploadIdleMs });
    const version = await uploadVersion(repository, {
      caller,
      collection,
      source,
      release: isForm(request) ? undefined : freeMemory,
      signal,
      sender,
      idempotencyKey: idempotencyKey(request),
      expectedSha256: isForm(request) ? undefined : expectedSha256(request),
    });
    endTimer({ result: 'stored' });
    reply.header('Backup-Version', `${version.versionNumber}`);
    return success({ version: versionView(version) });
  } catch (error) {
    endTimer({ result: error instanceof Failure ? error.code : 'internal' });
    drainRequest(request);
    throw error;
  }
}

function idempotencyKey({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > 255)) {
    throw new Failure('invalid-input', 'Idempotency-Key must be one text of 1 to 255 characters');
  }
  return key;
}

async function download(repository: Repository, request: FastifyRequest, reply: FastifyReply) {
  const { collection } = await allowedCollection(repository, request, 'download', messages.mayNotDownload);
  const version = await findRequestedVersion(repository, request, collection);
  describeVersion(reply, version);
  if (isNotModified(request, version)) {
    return reply.status(304).send();
  }
  const range = readRange(applicableRange(request, version), version.sizeBytes);
  if (range.kind === 'unsatisfiable') {
    return reply.status(416).header('Content-Range', `bytes */${version.sizeBytes}`).send();
  }
  const slice = range.kind === 'part' ? range.slice : { offsetBytes: 0, lengthBytes: version.sizeBytes };
  if (range.kind === 'part') {
    const last = slice.offsetBytes + slice.lengthBytes - 1;
    reply.status(206).header('Content-Range', `bytes ${slice.offsetBytes}-${last}/${version.sizeBytes}`);
  }
  reply.header('Content-Length', slice.lengthBytes);
  if (request.method === 'HEAD') {
    return reply.send();
  }
  const signal = AbortSignal.timeout(repository.downloadTimeoutMs);
  const bytes = await openVersion(repository, version, slice, signal);
  repository.metrics.downloadedBytes.inc({ collection: collection.name }, slice.lengthBytes);
  return reply.send(flushedStream(bytes, signal));
}

function describeVersion(reply: FastifyReply, version: StoredVersion): void {
  const digest = Buffer.from(version.sha256, 'hex').toString('base64');
  reply
    .type('application/octet-stream')
    .header('Content-Disposition', `attachment; filename="${headerSafe(version.filename)}"`)
    .header('ETag', etagOf(version))
    .header('Repr-Digest', `sha-256=:${digest}:`)
    .header('Accept-Ranges', 'bytes')
    .header('Last-Modified', new Date(version.createdAtMs).toUTCString())
    .header('Cache-Control', 'private, no-transform')
    .header('Backup-Version', `${version.versionNumber}`);
}

function etagOf(version: StoredVersion): string {
  return `"${version.sha256}"`;
}

/** A file name comes from a template that somebody wrote: no quotes, line ends or folders in a header. */
function headerSafe(filename: string): string {
  return filename.replaceAll(/[^\x20-\x7e]|["\\/]/g, '_');
}

/** RFC 9110, 13.1.2: `If-None-Match` is compared weakly. */
function isNotModified(request: FastifyRequest, version: StoredVersion): boolean {
  const header = request.headers['if-none-match'];
  const etags = header?.split(',').map((etag) => etag.trim().replace(/^W\//, '')) ?? [];
  return etags.includes('*') || etags.includes(etagOf(version));
}

/** RFC 9110, 13.1.5: with an `If-Range` that does not match, the range is ignored. */
function applicableRange(request: FastifyRequest, version: StoredVersion): string | undefined {
  const condition = request.headers['if-range'];
  return condition === undefined || condition === etagOf(version) ? request.headers.range : undefined;
}
