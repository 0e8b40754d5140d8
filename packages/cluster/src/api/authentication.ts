import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** True when a request carries the bearer token. The comparison takes the same time for every wrong token. */
export function isAuthenticated(request: IncomingMessage, token: string): boolean {
  const headers = request.headersDistinct.authorization ?? [];
  const match = headers.length === 1 ? /^Bearer +(\S+) *$/i.exec(headers[0] ?? '') : null;
  return timingSafeEqual(digest(match?.[1] ?? ''), digest(token)) && match !== null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
