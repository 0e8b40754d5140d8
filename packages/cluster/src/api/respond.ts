import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json.ts';
import type { StatusError } from '../status-error.ts';

export function sendJson(
  response: ServerResponse,
  status: number,
  body: JsonObject | string,
  contentType = 'application/json',
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  sendJson(response, status, text, 'text/plain; charset=utf-8');
}

export function sendError(response: ServerResponse, error: StatusError): void {
  if (response.headersSent) {
    // A watch or a log: its stream is all there is to say it with.
    response.destroy();
    return;
  }
  if (error.details?.retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(error.details.retryAfterSeconds));
  }
  if (error.reason === 'Unauthorized') {
    response.setHeader('www-authenticate', 'Bearer');
  }
  sendJson(response, error.code, error.toStatus());
}

/** A notice that kubectl prints (RFC 7234 §5.5, code 299). */
export function addWarning(response: ServerResponse, message: string): void {
  const quoted = message.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?');
  response.appendHeader('warning', `299 - "${quoted.slice(0, 1000)}"`);
}
