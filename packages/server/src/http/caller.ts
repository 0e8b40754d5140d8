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
  const given = bearer ?? (typeof token === 'string' ? token : undefined);
  return given ?? cookieToken(request);
}

/** A browser sends its cookie along with the forms and scripts of any page: those may look, and change nothing. */
function cookieToken(request: FastifyRequest): string | undefined {
  const token = cookie(request.headers.cookie, 'jwt');
  if (token !== undefined && !['GET', 'HEAD', 'OPTIONS'].includes(request.method) && isCrossSite(request)) {
    throw new Failure('forbidden', 'a page of another site may not do this');
  }
  return token;
}

/** Programs send neither header; browsers send at least one with whatever is not a plain navigation. */
function isCrossSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return true;
  }
  const { origin } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== headers.host);
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
