import { Failure, type Secret } from '@backup-maker/model';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { connectionFailure, redirectFailure } from './connection.ts';
import { failureOfAnswer, Success } from './envelope.ts';
import { pathOf, type RouteName, routes } from './routes.ts';
import type { LoginRequest } from './schemas.ts';

export interface ApiClientOptions {
  /** Where the server is, such as https://backups.example.org; a path is kept as a prefix. */
  readonly url: URL;
  readonly token?: Secret;
  readonly fetch: typeof fetch;
  /** How long one answer may take. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

type JsonRoute = {
  [Name in RouteName]: (typeof routes)[Name] extends { readonly reply: TSchema } ? Name : never;
}[RouteName];
type Reply<Name extends JsonRoute> = (typeof routes)[Name] extends { readonly reply: infer S extends TSchema }
  ? Static<S>
  : never;

export interface ApiClient {
  /**
   * Call a route that answers with JSON, and check what comes back.
   * @throws Failure as the server names it; `network` when there is no answer, or one that is not of this API
   */
  call<Name extends JsonRoute>(name: Name, options?: CallOptions): Promise<Reply<Name>>;
  /** Log in; the token in the answer is not used by this client. */
  login(request: LoginRequest, signal?: AbortSignal): Promise<Reply<'login'>>;
}

const defaultTimeoutMs = 60_000;

/** Largest JSON answer that is read: 100,000 versions are about 50 MB. */
const maxBodyLength = 64 * 1024 * 1024;

/** A client of the JSON routes. Bytes of versions go through other means: streams, which differ by platform. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const call = async <Name extends JsonRoute>(name: Name, call: CallOptions = {}): Promise<Reply<Name>> => {
    const { ok, status, body, retryAfter } = await ask(options, name, call);
    if (!ok) {
      throw failureOfAnswer(status, body, retryAfter);
    }
    if (!Value.Check(Success(routes[name].reply), body)) {
      throw new Failure(
        'network',
        `${options.url.host} does not answer as a Backup Repository: check the URL`,
        { details: { final: true } },
      );
    }
    return body.data as Reply<Name>;
  };
  return { call, login: (body, signal) => call('login', signal === undefined ? { body } : { body, signal }) };
}

/**
 * Call a route and take its answer as it is, for who makes something of an error's body too.
 * @throws Failure `network` or `timeout` when there is no answer
 */
export async function ask(
  options: ApiClientOptions,
  name: RouteName,
  call: CallOptions = {},
): Promise<Answer> {
  const response = await send(options, name, call);
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw redirectFailure(options.url, response.status);
  }
  const { ok, status } = response;
  return { ok, status, body: await readJson(response), retryAfter: response.headers.get('retry-after') };
}

export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** Undefined where it is not JSON, such as a proxy's page. */
  readonly body: unknown;
  readonly retryAfter: string | null;
}

/**
 * The URL of a route on a server whose own URL may have a path.
 * @param api `alpha` is the only one that older servers have for uploads and downloads
 */
export function urlOf(
  base: URL,
  name: RouteName,
  params?: Readonly<Record<string, string>>,
  api: 'stable' | 'alpha' = 'stable',
): URL {
  const url = new URL(base);
  const path = pathOf(name, params).replace(/^\/api\/stable\//, `/api/${api}/`);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  url.search = '';
  url.hash = '';
  return url;
}

async function send(options: ApiClientOptions, name: RouteName, call: CallOptions): Promise<Response> {
  const url = urlOf(options.url, name, call.params);
  for (const [key, value] of Object.entries(call.query ?? {})) {
    url.searchParams.set(key, value);
  }
  const { timeoutMs = defaultTimeoutMs } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await options.fetch(url, {
      method: routes[name].method,
      headers: headers(options.token, call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      redirect: 'manual',
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (call.signal?.aborted) {
      throw new Failure('cancelled', `the request to ${url.host} was cancelled`, { cause });
    }
    if (timeout.aborted) {
      throw new Failure('timeout', `${url.host} did not answer within ${timeoutMs / 1000} seconds`, {
        cause,
      });
    }
    throw connectionFailure(url, cause);
  }
}

function headers(token: Secret | undefined, call: CallOptions): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
    ...call.headers,
  };
}

/** The body as JSON, or undefined where it is something else, such as a proxy's page. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: string[] = [];
  let length = 0;
  try {
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      length += chunk.length;
      if (length > maxBodyLength) {
        throw new Failure('network', `the answer of ${response.url} is larger than any of this API`);
      }
      chunks.push(chunk);
    }
    return JSON.parse(chunks.join(''));
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw Failure.from(error, 'network', 'the connection ended before the whole answer had arrived');
  }
}
