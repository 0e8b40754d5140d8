import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { badRequest, StatusError } from '../status-error.ts';
import type { KeyAndCertificate } from '../tls/certificate.ts';
import { isAuthenticated } from './authentication.ts';
import type { ApiContext } from './call.ts';
import { handleDocument } from './documents.ts';
import { type Fault, failure } from './faults.ts';
import { requestInfo } from './request-info.ts';
import { handleResource } from './resource-handler.ts';
import { sendError, sendText } from './respond.ts';
import { reviewAccess } from './self-subject-review.ts';

export interface ApiServerOptions extends ApiContext {
  readonly token: string;
  readonly tls: KeyAndCertificate;
  readonly log: Logger;
}

/** The HTTPS server of the API. It is not listening yet. */
export function createApiServer(options: ApiServerOptions): Server {
  const server = createServer(
    {
      key: options.tls.key,
      cert: options.tls.certificate,
      minVersion: 'TLSv1.2',
      requestTimeout: 60_000,
      headersTimeout: 20_000,
    },
    (request, response) => {
      serve(options, request, response).catch((error: unknown) => {
        const status = StatusError.from(error);
        if (status.reason === 'InternalError' && !response.destroyed) {
          options.log.error(
            { err: error, method: request.method, path: request.url?.split('?')[0] },
            'request failed',
          );
        }
        sendError(response, status);
      });
    },
  );
  // Watches are idle for long; a proxy or client that is gone is found by the socket's keep-alive.
  server.on('connection', (socket: Socket) => socket.setKeepAlive(true, 30_000));
  return server;
}

const openPaths = new Set(['/healthz', '/livez', '/readyz']);

async function serve(
  options: ApiServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = parseUrl(request);
  if (openPaths.has(url.pathname)) {
    sendText(response, 200, 'ok');
    return;
  }
  if (!isAuthenticated(request, options.token)) {
    throw new StatusError('Unauthorized', 'Unauthorized');
  }
  const info = parsePath(url.pathname);
  const fault = options.faults?.({
    method: request.method ?? '',
    resource: info.type === 'resource' ? info.plural : '',
    watch: url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1',
  });
  await suffer(fault, response);
  if (await reviewAccess(request, response, url.pathname)) {
    return;
  }
  if (info.type === 'other') {
    handleDocument(options, request, response, url);
    return;
  }
  const type = options.registry.find(info.group, info.version, info.plural);
  if (type === undefined) {
    throw new StatusError('NotFound', 'the server could not find the requested resource');
  }
  await handleResource(options, {
    request,
    response,
    type,
    namespace: info.namespace,
    name: info.name,
    subresource: info.subresource,
    query: url.searchParams,
  });
}

async function suffer(fault: Fault | undefined, response: ServerResponse): Promise<void> {
  if (fault?.delayMs !== undefined) {
    await delay(fault.delayMs);
  }
  if (fault?.fail !== undefined) {
    throw failure(fault.fail);
  }
  if (fault?.dropAnswer) {
    response.writeHead = () => response.destroy() as ServerResponse<IncomingMessage>;
    response.write = () => false;
    response.end = () => response.destroy() as ServerResponse<IncomingMessage>;
  }
  if (fault?.dropWatchAfterMs !== undefined) {
    const timer = setTimeout(() => response.destroy(), fault.dropWatchAfterMs);
    response.once('close', () => clearTimeout(timer));
  }
}

function parseUrl(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://localhost');
  } catch {
    throw badRequest('the address of the request is no URL');
  }
}

function parsePath(path: string): ReturnType<typeof requestInfo> {
  try {
    return requestInfo(path);
  } catch {
    throw badRequest('the address of the request has a malformed escape');
  }
}
