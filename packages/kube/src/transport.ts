import http from 'node:http';
import https from 'node:https';
import { KubeError } from './error.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer's head. */
  readonly timeoutMs: number;
}

export interface TransportResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body as it arrives. Leaving its iteration early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** One request to an API server. Fails with a KubeError; an error status is an answer, not a failure. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** What one connection needs beside the address; asked for before every request, because tokens rotate. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: http.Agent | https.Agent;
}

export interface HttpTransportOptions {
  /** `https://host:6443`, a path prefix is kept. */
  readonly server: string;
  readonly credentials: () => Promise<Credentials>;
}

/** A transport over HTTP/1.1 with kept-alive connections. */
export function httpTransport(options: HttpTransportOptions): Transport {
  const base = options.server.replace(/\/+$/, '');
  const send = base.startsWith('https:') ? https.request : http.request;
  return async (request) => {
    const { headers, agent } = await options.credentials();
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const connection = new AbortController();
    const abort = () => connection.abort();
    timeout.addEventListener('abort', abort, { once: true });
    request.signal?.addEventListener('abort', abort, { once: true });
    try {
      request.signal?.throwIfAborted();
      const outgoing = send(`${base}${request.path}`, {
        method: request.method,
        headers: { ...headers, ...request.headers, ...lengthOf(request.body) },
        agent,
        signal: connection.signal,
      });
      const incoming = await answerTo(outgoing, request.body);
      return {
        status: incoming.statusCode ?? 0,
        retryAfter: incoming.headers['retry-after'],
        body: bodyOf(incoming, request, () => request.signal?.removeEventListener('abort', abort)),
      };
    } catch (error) {
      request.signal?.removeEventListener('abort', abort);
      throw translate(error, request, timeout.aborted);
    } finally {
      timeout.removeEventListener('abort', abort);
    }
  };
}

/** Node leaves the length out for methods that seldom have a body, such as DELETE; the server would see garbage. */
function lengthOf(body: string | undefined): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function answerTo(outgoing: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    // A peer that is gone without a word (a failed-over load balancer) is noticed by TCP within a minute or two.
    outgoing.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    outgoing.end(body);
  });
}

async function* bodyOf(incoming: http.IncomingMessage, request: TransportRequest, release: () => void) {
  try {
    for await (const chunk of incoming) {
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw translate(error, request, false);
  } finally {
    release();
  }
}

function translate(error: unknown, request: TransportRequest, timedOut: boolean): KubeError {
  const what = `${request.method} ${request.path.split('?')[0]}`;
  if (error instanceof KubeError) {
    return error;
  }
  if (request.signal?.aborted) {
    return new KubeError('cancelled', `${what} was cancelled`, { cause: error });
  }
  if (timedOut) {
    return new KubeError('timeout', `${what}: the API server did not answer within ${request.timeoutMs} ms`);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new KubeError('network', `${what}: cannot talk to the API server: ${detail}`, { cause: error });
}
