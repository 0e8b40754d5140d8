import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The bytes that a server keeps, with every fault a test needs; the real server has its own end-to-end tests. */
export interface FakeRepository extends AsyncDisposable {
  readonly url: string;
  readonly versions: Buffer[];
  /** Requests as `METHOD path`, in order. */
  readonly requests: string[];
  /** Called first; true when it has dealt with the request. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export const token = 'token-of-the-test';

export async function startFakeRepository(): Promise<FakeRepository> {
  const sockets = new Set<Socket>();
  const versions: Buffer[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (repository.intercept(request, response)) {
      return;
    }
    await answer(request, response, versions).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const repository: FakeRepository = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions,
    requests,
    intercept: () => false,
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

async function answer(request: IncomingMessage, response: ServerResponse, versions: Buffer[]): Promise<void> {
  if (request.headers.authorization !== `Bearer ${token}`) {
    sendJson(response, 401, { status: false, code: 401, message: 'cookie token is empty', data: {} });
    return;
  }
  const path = /^\/api\/stable\/repository\/collection\/([^/]+)\/version(?:\/(\w+))?$/.exec(
    request.url ?? '',
  );
  const [, collectionId = '', number] = path ?? [];
  if (request.method === 'POST' && number === undefined) {
    versions.push(await buffer(request));
    sendJson(response, 200, { status: true, data: { version: describeVersion(collectionId, versions) } });
  } else if (request.method === 'GET' && number !== undefined) {
    const index = number === 'latest' ? versions.length : Number(number.replace(/^v/, ''));
    const bytes = versions[index - 1];
    if (bytes === undefined) {
      sendJson(response, 404, { status: false, error: 'cannot find specified version', data: {} });
      return;
    }
    response
      .writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length })
      .end(bytes);
  } else {
    sendJson(response, 404, { status: false, error: 'not found', data: {} });
  }
}

function describeVersion(collectionId: string, versions: readonly Buffer[]) {
  const time = new Date(0).toISOString();
  return {
    id: `id-${versions.length}`,
    collectionId,
    versionNumber: versions.length,
    filename: `${collectionId}-v${versions.length}`,
    filesize: versions.at(-1)?.length ?? 0,
    uploadedBySessionId: 's',
    user: 'tester',
    CreatedAt: time,
    UpdatedAt: time,
    DeletedAt: null,
  };
}
