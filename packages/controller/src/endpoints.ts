import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '@backup-maker/model';
import type { Registry } from 'prom-client';

export interface Endpoint {
  /** Where it really listens: a port of 0 picks a free one. */
  readonly url: string;
  close(): Promise<void>;
}

export interface BindAddress {
  /** Undefined: every address of the machine. */
  readonly host: string | undefined;
  readonly port: number;
}

/** `/metrics` in the text format of Prometheus. */
export function serveMetrics(address: BindAddress, registry: Registry): Promise<Endpoint> {
  return serve(address, async (path, response) => {
    if (path !== '/metrics') {
      answer(response, 404, 'not found\n');
      return;
    }
    const text = await registry.metrics();
    response.setHeader('content-type', registry.contentType);
    answer(response, 200, text);
  });
}

/** `/healthz`: the process answers. `/readyz`: the caches are filled. */
export function serveProbes(address: BindAddress, isReady: () => boolean): Promise<Endpoint> {
  return serve(address, async (path, response) => {
    switch (path) {
      case '/healthz':
        answer(response, 200, 'ok\n');
        return;
      case '/readyz': {
        const ready = isReady();
        answer(
          response,
          ready ? 200 : 503,
          ready ? 'ok\n' : 'not ready: still reading from the API server\n',
        );
        return;
      }
      default:
        answer(response, 404, 'not found\n');
    }
  });
}

type Handler = (path: string, response: ServerResponse) => Promise<void>;

async function serve({ host, port }: BindAddress, handle: Handler): Promise<Endpoint> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'only GET\n');
      return;
    }
    const [path = ''] = (request.url ?? '').split('?');
    handle(path, response).catch(() => response.destroy());
  });
  await listen(server, host, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host ?? '127.0.0.1'}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${host ?? ''}:${port}`;
      reject(
        new Failure('invalid-input', `cannot listen on ${where}: ${cause.message}: choose another address`, {
          cause,
        }),
      );
    });
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader('content-type')) {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
  }
  response.writeHead(status).end(text);
}
