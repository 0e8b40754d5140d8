import { Failure } from '@backup-maker/model';
import type { FastifyRequest } from 'fastify';

/**
 * The SHA-256 (hex) that the sender of a raw body computed, from `Repr-Digest` or `Content-Digest` (RFC 9530);
 * undefined when there is none. Other algorithms are ignored, as the RFC says.
 * @throws Failure `invalid-input` when it is malformed
 */
export function expectedSha256(request: FastifyRequest): string | undefined {
  for (const name of ['repr-digest', 'content-digest']) {
    const value = request.headers[name];
    const entry = typeof value === 'string' ? /(?:^|,)\s*sha-256=([^,]*)/.exec(value)?.[1] : undefined;
    if (entry !== undefined) {
      return hexOf(entry.trim());
    }
  }
  return undefined;
}

function hexOf(entry: string): string {
  const [, base64 = ''] = /^:([A-Za-z0-9+/]{43}=):$/.exec(entry) ?? [];
  if (base64 === '') {
    throw new Failure('invalid-input', 'a digest must be written as sha-256=:base64:');
  }
  return Buffer.from(base64, 'base64').toString('hex');
}
