import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/**
 * A stand-in for the server of an existing installation, from facts about its routes and answers: uploads and
 * downloads below /api/alpha alone, armored messages alone, status 500 for whatever is wrong with an upload.
 */
export interface ExistingServer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** What was stored, oldest first. */
  readonly versions: Buffer[];
  /** What every upload is refused with; undefined to take them. */
  refusal: string | undefined;
}

const version = /^\/api\/(alpha|stable)\/repository\/collection\/([^/]+)\/version(?:\/(\w+))?$/;
const header = '-----BEGIN PGP MESSAGE-----';
const footer = '-----END PGP MESSAGE-----';

/** @param settleMs how long it waits after a body, in case its sender cancels the request */
export async function startExistingServer({ settleMs = 50 } = {}): Promise<ExistingServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    answer(existing, settleMs, request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const existing: ExistingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'token-of-an-existing-server',
    versions: [],
    refusal: undefined,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await once(server, 'close');
    },
  };
  return existing;
}

async function answer(
  existing: ExistingServer,
  settleMs: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, api, collection = '', number] = version.exec(request.url ?? '') ?? [];
  const route = `${request.method} ${api} ${number === undefined ? 'all' : 'one'}`;
  if (!['POST alpha all', 'GET alpha one', 'GET stable all'].includes(route)) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
  } else if (request.headers.authorization !== `Bearer ${existing.token}`) {
    send(response, 401, { status: false, code: 401, message: 'cookie token is empty', data: {} });
  } else if (request.method === 'POST') {
    await store(existing, { settleMs, collection, request, response });
  } else if (number === undefined) {
    const versions = existing.versions.map((_, index) => describe(existing, collection, index + 1));
    send(response, 200, { status: true, data: { versions } });
  } else {
    download(existing, number, response);
  }
}

interface UploadRequest {
  readonly settleMs: number;
  readonly collection: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function store(existing: ExistingServer, { settleMs, collection, request, response }: UploadRequest) {
  const body = await buffer(request);
  await setTimeout(settleMs);
  if (request.socket.destroyed) {
    return;
  }
  const error = existing.refusal ?? problemOf(body.toString('latin1').trim());
  if (error !== undefined) {
    send(response, 500, { status: false, error, data: {} });
    return;
  }
  const number = existing.versions.push(body);
  send(response, 200, { status: true, data: { version: describe(existing, collection, number) } });
}

function problemOf(text: string): string | undefined {
  const upload = 'cannot upload version. cannot upload file, cannot copy stream, error:';
  if (!text.startsWith(header)) {
    return `${upload} first chunk of uploaded data does not contain a valid GPG header`;
  }
  return text.endsWith(footer)
    ? undefined
    : `${upload} end of stream does not contain a valid GPG footer, suspecting a data corruption`;
}

function download({ versions }: ExistingServer, number: string, response: ServerResponse): void {
  const index = number === 'latest' ? versions.length : Number(number.replace(/^v/, ''));
  const bytes = versions[index - 1];
  if (bytes === undefined) {
    send(response, 404, { status: false, error: 'cannot find specified version', data: {} });
  } else {
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes);
  }
}

function describe({ versions }: ExistingServer, collection: string, number: number) {
  const time = '2022-08-02T08:12:17.123456+02:00';
  return {
    id: `2b5b4d3c-0000-4000-8000-${String(number).padStart(12, '0')}`,
    collectionId: collection,
    versionNumber: number,
    filename: `${collection}-v${number}.dump`,
    filesize: versions[number - 1]?.length ?? 0,
    uploadedBySessionId: 'f'.repeat(64),
    user: 'some-user',
    CreatedAt: time,
    UpdatedAt: time,
    DeletedAt: null,
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
