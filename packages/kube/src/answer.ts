import { KubeError } from './error.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';

/** The whole body as text; more than `maxBytes` is a protocol error. */
export async function readText(response: TransportResponse, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new KubeError('protocol', `the API server's answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Parse JSON that an API server sent. */
export function parseJson<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new KubeError('protocol', `${what}: the API server answered with something that is not JSON`, {
      cause,
    });
  }
}

interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** The error of an answer that is not 2xx: reads its `Status` object where there is one. */
export async function errorOf(response: TransportResponse, request: TransportRequest): Promise<KubeError> {
  const text = await readText(response, 1024 * 1024).catch(() => '');
  const status = statusIn(text);
  const seconds = status.details?.retryAfterSeconds ?? Number(response.retryAfter);
  const what = `${request.method} ${request.path.split('?')[0]}`;
  return new KubeError('api', `${what}: ${status.message ?? `HTTP status ${response.status}`}`, {
    status: response.status,
    reason: status.reason,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  });
}

/** The error that a watch carries in an `ERROR` event. */
export function errorOfStatus(status: unknown, what: string): KubeError {
  const { message, reason, code } = (status ?? {}) as Status;
  return new KubeError('api', `${what}: ${message ?? 'unknown error'}`, { status: code, reason });
}

function statusIn(text: string): Status {
  try {
    const parsed = JSON.parse(text) as Status | null;
    return parsed?.kind === 'Status' ? parsed : {};
  } catch {
    // A proxy's HTML page, or nothing: the HTTP status says enough.
    return {};
  }
}
