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
  /** How long the whole answer may take; of a stream, until it begins. */
  readonly timeoutMs: number;
  /** The body comes in pieces for as long as the server likes, as that of a watch. */
  readonly stream?: boolean;
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

  function open(request: TransportRequest, { headers, agent }: Credentials, signal: AbortSignal) {
    return send(`${base}${request.path}`, {
      method: request.method,
      headers: { ...headers, ...request.headers, ...lengthOf(request.body) },
      agent,
      signal,
    });
  }

  return async (request) => {
    const limit = startLimit(request);
    try {
      request.signal?.throwIfAborted();
      const credentials = await options.credentials();
      const connect = () => answerTo(open(request, credentials, limit.signal), request.body);
      const incoming = await connect().catch((error: unknown) => {
        if (error instanceof StaleConnection && request.method !== 'POST') {
          return connect();
        }
        throw error;
      });
      if (request.stream) {
        limit.stopClock();
      }
      return {
        status: incoming.statusCode ?? 0,
        retryAfter: incoming.headers['retry-after'],
        body: bodyOf(incoming, request, limit),
      };
    } catch (error) {
      limit.release();
      throw translate(error, request, limit.timedOut());
    }
  };
}

/** Ends a request when its time is over or its caller gives up. */
interface Limit {
  readonly signal: AbortSignal;
  timedOut(): boolean;
  stopClock(): void;
  release(): void;
}

function startLimit(request: TransportRequest): Limit {
  const connection = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    connection.abort();
  }, request.timeoutMs);
  const abort = () => connection.abort();
  request.signal?.addEventListener('abort', abort, { once: true });
  return {
    signal: connection.signal,
    timedOut: () => timedOut,
    stopClock: () => clearTimeout(timer),
    release: () => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', abort);
    },
  };
}

/** The server closed a kept-alive connection at the moment it was used again: it did not take the request. */
class StaleConnection extends Error {}

/** Node leaves the length out for methods that seldom have a body, such as DELETE; the server would see garbage. */
function lengthOf(body: string | undefined): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function answerTo(outgoing: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET';
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    // A peer that is gone without a word (a failed-over load balancer) is noticed by TCP within a minute or two.
    outgoing.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    outgoing.end(body);
  });
}

async function* bodyOf(incoming: http.IncomingMessage, request: TransportRequest, limit: Limit) {
  try {
    for await (const chunk of incoming) {
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw translate(error, request, limit.timedOut());
  } finally {
    limit.release();
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
