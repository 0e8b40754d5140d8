import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { connectionFailure, failureOfAnswer, redirectFailure } from '@backup-maker/api';
import { Failure, type Secret } from '@backup-maker/model';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly token: Secret | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | AsyncIterable<Uint8Array> | undefined;
  /** How long the connection may be silent in both directions. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** To be read to the end, or destroyed. */
  readonly body: IncomingMessage;
}

/** No error, reply or manifest of this API is larger. */
const maxTextBytes = 2 * 1024 * 1024;

/**
 * Send a request whose body, and whose answer's body, may be of any size. Built on node:http, because web
 * streams cost several times the CPU time per byte.
 * @throws Failure as the server answers; `network` or `timeout` where it does not; what the body's source throws
 */
export async function sendRequest(options: HttpRequest): Promise<HttpAnswer> {
  const { url, token, body, idleTimeoutMs, signal } = options;
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: options.method,
    headers: {
      ...options.headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
    },
    signal,
  });
  request.setTimeout(idleTimeoutMs, () => {
    request.destroy(
      new Failure('timeout', `no progress with ${url.host} for ${(idleTimeoutMs / 1000).toFixed(1)} s`),
    );
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject);
  });
  const sent = body === undefined || Buffer.isBuffer(body) ? end(request, body) : pipeline(body, request);
  try {
    // An answer may come before the whole body was sent: a refusal.
    const response = await Promise.race([answered, sent.then(() => answered)]);
    sent.catch(() => {});
    return await accepted(response, url);
  } catch (error) {
    answered.catch(() => {});
    request.destroy();
    throw networkFailure(error, options);
  }
}

/** The answer's body as text; bounded. */
export async function readText(body: IncomingMessage): Promise<string> {
  return (await readBytes(body)).toString('utf8');
}

/** The answer's body; bounded. */
export async function readBytes(body: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxTextBytes) {
        throw new Failure('network', 'the answer of the server is larger than any of this API');
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw Failure.from(error, 'network', 'the connection ended before the whole answer had arrived');
  }
  return Buffer.concat(chunks);
}

async function end(request: ClientRequest, body: Buffer | undefined): Promise<void> {
  request.end(body);
}

async function accepted(response: IncomingMessage, url: URL): Promise<HttpAnswer> {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    response.destroy();
    throw redirectFailure(url, status);
  }
  if (status >= 400) {
    const text = await readText(response);
    throw failureOfAnswer(status, parseJson(text), response.headers['retry-after']);
  }
  return { status, headers: response.headers, body: response };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page: its status alone counts.
    return undefined;
  }
}

/** What went wrong on the way, in our words; the failures of the body's source stay what they are. */
function networkFailure(error: unknown, { url, signal }: HttpRequest): unknown {
  if (signal.aborted) {
    return Failure.from(signal.reason, 'cancelled', 'cancelled');
  }
  if (error instanceof Failure || !(error instanceof Error && 'code' in error)) {
    return error;
  }
  return connectionFailure(url, error);
}
