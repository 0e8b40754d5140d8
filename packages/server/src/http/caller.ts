import { Failure } from '@backup-maker/model';
import type { FastifyRequest } from 'fastify';
import type { Repository } from '../repository.ts';
import { type Authenticated, authenticate } from '../sessions/authenticate.ts';
import { noteCaller } from './audit-trail.ts';

/**
 * Whose request this is.
 * @throws Failure `unauthenticated`; `invalid-input` when several tokens were given
 */
export async function callerOf(repository: Repository, request: FastifyRequest): Promise<Authenticated> {
  const caller = await authenticate(repository, tokenOf(request));
  noteCaller(request, caller);
  return caller;
}

/** The token of a request: `Authorization: Bearer`, else `?token=`, else the cookie `jwt`. */
function tokenOf(request: FastifyRequest): string | undefined {
  insistOnOneAuthorization(request);
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const { token } = request.query as { token?: unknown };
  return bearer ?? (typeof token === 'string' ? token : undefined) ?? cookie(request.headers.cookie, 'jwt');
}

/** Node keeps the first of two; a proxy in front may have checked the second. */
function insistOnOneAuthorization(request: FastifyRequest): void {
  const { rawHeaders } = request.raw;
  const count = rawHeaders.filter((name, index) => index % 2 === 0 && /^authorization$/i.test(name)).length;
  if (count > 1) {
    throw new Failure('invalid-input', 'give one Authorization header, not several');
  }
}

function cookie(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
