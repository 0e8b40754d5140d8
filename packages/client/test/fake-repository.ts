import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The bytes that a server keeps, with every fault a test needs; the real server has its own end-to-end tests. */
export interface FakeRepository extends AsyncDisposable {
  readonly url: string;
  readonly versions: StoredVersion[];
  /** Uploads that have neither become a version nor been given up. */
  readonly uploads: Map<string, PartialUpload>;
  /** Requests as `METHOD path`, in order. */
  readonly requests: string[];
  /** Called first; true when it has dealt with the request. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Breaks the connection after so many bytes of each download. */
  breakDownloadsAfterBytes: number;
  /** What it tells of the next version's number until it is found to be wrong, as when another upload is completed. */
  nextVersion: number | undefined;
  /** False makes it a server of old, which takes an upload in one request only. */
  resumable: boolean;
}

export interface StoredVersion {
  bytes: Buffer;
  manifest?: Buffer | undefined;
  /** SHA-256 in base64, as the server recorded it. */
  digest?: string;
}

interface PartialUpload {
  chunks: Buffer[];
  bytes: number;
  manifest?: Buffer;
  version?: number;
}

export const token = 'token-of-the-test';

const versionPath =
  /^\/api\/(?:stable|alpha)\/repository\/collection\/([^/]+)\/version(?:\/(\w+)(\/manifest)?)?$/;
const uploadPath = /^\/api\/stable\/repository\/collection\/([^/]+)\/upload(?:\/(\w+)(\/manifest)?)?$/;

export async function startFakeRepository(): Promise<FakeRepository> {
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    repository.requests.push(`${request.method} ${request.url}`);
    if (repository.intercept(request, response)) {
      return;
    }
    await answer(repository, request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const repository: FakeRepository = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions: [],
    uploads: new Map(),
    requests: [],
    intercept: () => false,
    breakDownloadsAfterBytes: Infinity,
    nextVersion: undefined,
    resumable: true,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await once(server, 'close');
    },
  };
  return repository;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, error: string, reason?: string): void {
  sendJson(response, status, { status: false, error, reason, data: {} });
}

async function answer(
  repository: FakeRepository,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.authorization !== `Bearer ${token}`) {
    sendJson(response, 401, { status: false, code: 401, message: 'cookie token is empty', data: {} });
    return;
  }
  const version = versionPath.exec(request.url ?? '');
  const upload = repository.resumable ? uploadPath.exec(request.url ?? '') : null;
  if (version !== null) {
    await answerVersion(repository, request, response, version);
  } else if (upload !== null) {
    await answerUpload(repository, request, response, upload);
  } else {
    response.writeHead(404).end('404 page not found');
  }
}

async function answerVersion(
  { versions, breakDownloadsAfterBytes }: FakeRepository,
  request: IncomingMessage,
  response: ServerResponse,
  [, collectionId = '', number, manifest]: RegExpExecArray,
): Promise<void> {
  if (request.method === 'POST') {
    versions.push({ bytes: await buffer(request) });
    sendVersion(response, collectionId, versions.length, versions);
    return;
  }
  if (number === undefined) {
    const all = versions.map((_, index) => describeVersion(collectionId, index + 1, versions));
    sendJson(response, 200, { status: true, data: { versions: all } });
    return;
  }
  const stored = versions[number === 'latest' ? versions.length - 1 : Number(number.replace(/^v/, '')) - 1];
  const bytes = manifest === undefined ? stored?.bytes : stored?.manifest;
  if (bytes === undefined) {
    refuse(response, 404, 'cannot find specified version', 'not-found');
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': bytes.length - from,
    ...(stored?.digest === undefined ? {} : { 'repr-digest': `sha-256=:${stored.digest}:` }),
  };
  response.writeHead(from > 0 ? 206 : 200, headers);
  const sent = bytes.subarray(from, from + breakDownloadsAfterBytes);
  if (from + sent.length === bytes.length) {
    response.end(sent);
  } else {
    response.write(sent, () => request.socket.destroy());
  }
}

async function answerUpload(
  repository: FakeRepository,
  request: IncomingMessage,
  response: ServerResponse,
  [, collectionId = '', id, manifest]: RegExpExecArray,
): Promise<void> {
  const { uploads, versions } = repository;
  if (id === undefined) {
    const newId = `u${uploads.size + versions.length + 1}`;
    uploads.set(newId, { chunks: [], bytes: 0 });
    response.writeHead(201, { location: `${request.url}/${newId}` }).end();
    return;
  }
  const upload = uploads.get(id);
  if (upload === undefined) {
    refuse(response, 404, 'cannot find the upload', 'not-found');
  } else if (request.method === 'HEAD') {
    const next = repository.nextVersion ?? versions.length + 1;
    const number = upload.version ? { 'backup-version': upload.version } : { 'backup-next-version': next };
    response.writeHead(200, { 'upload-offset': upload.bytes, ...number }).end();
  } else if (request.method === 'DELETE') {
    uploads.delete(id);
    response.writeHead(204).end();
  } else if (manifest !== undefined) {
    upload.manifest = await buffer(request);
    response.writeHead(204).end();
  } else {
    await append(upload, request);
    if (request.headers['upload-length'] === undefined) {
      response.writeHead(204, { 'upload-offset': upload.bytes }).end();
      return;
    }
    const number = upload.version ?? versions.length + 1;
    if (Number(request.headers['backup-version'] ?? number) !== number) {
      repository.nextVersion = undefined;
      refuse(response, 409, `this upload would become version ${number}`, 'conflict');
      return;
    }
    upload.version ??= versions.push({ bytes: Buffer.concat(upload.chunks), manifest: upload.manifest });
    sendVersion(response, collectionId, upload.version, versions);
  }
}

/** What arrives is kept, also when the connection breaks. */
async function append(upload: PartialUpload, request: IncomingMessage): Promise<void> {
  if (Number(request.headers['upload-offset']) !== upload.bytes) {
    throw new Error('wrong offset');
  }
  for await (const chunk of request) {
    upload.chunks.push(chunk);
    upload.bytes += chunk.length;
  }
}

function sendVersion(
  response: ServerResponse,
  collectionId: string,
  number: number,
  versions: readonly StoredVersion[],
): void {
  const version = describeVersion(collectionId, number, versions);
  sendJson(response, 200, { status: true, data: { version } });
}

function describeVersion(collectionId: string, number: number, versions: readonly StoredVersion[]) {
  const time = new Date(0).toISOString();
  return {
    id: `id-${number}`,
    collectionId,
    versionNumber: number,
    filename: `${collectionId}-v${number}`,
    filesize: versions[number - 1]?.bytes.length ?? 0,
    uploadedBySessionId: 's',
    user: 'tester',
    CreatedAt: time,
    UpdatedAt: time,
    DeletedAt: null,
  };
}
