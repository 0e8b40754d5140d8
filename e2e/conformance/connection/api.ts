import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { Connection } from './kubeconfig.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by looking into it
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Body;
}

export interface Call {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Body;
}

/** Speaks HTTP to an API server: nothing between the test and the wire. */
export interface Api {
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** Collects the events of a watch until `enough` says so, the server ends it, or the time is over. */
  readonly watch: (
    path: string,
    enough: (events: readonly WatchEvent[]) => boolean,
    timeoutMs?: number,
  ) => Promise<readonly WatchEvent[]>;
}

export function connect(connection: Connection): Api {
  const send = (method: string, path: string, { body, type, accept }: Call): Promise<IncomingMessage> => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const url = new URL(path, connection.server);
    const headers = {
      ...(connection.token !== undefined && { authorization: `Bearer ${connection.token}` }),
      ...(text !== undefined && {
        'content-type': type ?? 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
      accept: accept ?? 'application/json',
    };
    return new Promise((resolve, reject) => {
      const { ca, cert, key, trustsAny } = connection;
      const outgoing =
        url.protocol === 'https:'
          ? httpsRequest(url, { method, headers, ca, cert, key, rejectUnauthorized: !trustsAny })
          : httpRequest(url, { method, headers });
      outgoing.once('error', reject);
      outgoing.once('response', resolve);
      outgoing.end(text);
    });
  };
  return {
    async call(method, path, call = {}) {
      const response = await send(method, path, call);
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
      }
      const text = Buffer.concat(chunks).toString('utf8');
      const isJson = String(response.headers['content-type']).includes('json');
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: isJson ? JSON.parse(text) : text,
      };
    },
    async watch(path, enough, timeoutMs = 20_000) {
      const response = await send('GET', path, {});
      const events: WatchEvent[] = [];
      const timer = setTimeout(() => response.destroy(), timeoutMs);
      try {
        for await (const line of createInterface({ input: response })) {
          events.push(JSON.parse(line) as WatchEvent);
          if (enough(events)) {
            break;
          }
        }
      } catch (error) {
        if (!response.destroyed) {
          throw error;
        }
      } finally {
        clearTimeout(timer);
        response.destroy();
      }
      return events;
    },
  };
}
