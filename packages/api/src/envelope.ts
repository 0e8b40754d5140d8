import { Failure, type FailureCode, failureCodes } from '@backup-maker/model';
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { failureCodeOfStatus } from './errors.ts';
import { failureCodeOfMessage } from './messages.ts';

/** The body of every successful JSON answer; `beside` is what older clients read beside `data`. */
export const Success = <Data extends TSchema>(data: Data, beside: TProperties = {}) =>
  Type.Object({ ...beside, status: Type.Literal(true), data });

/** The body of an error. `reason` names the failure for programs; older servers leave it out. */
export const ErrorBody = Type.Object({
  status: Type.Literal(false),
  error: Type.String(),
  reason: Type.Optional(Type.Unsafe<FailureCode>({ type: 'string', enum: failureCodes })),
  data: Type.Object({}, { additionalProperties: true }),
});
export type ErrorBody = Static<typeof ErrorBody>;

/** The body of a failed authentication (401): `message` instead of `error`. */
export const UnauthenticatedBody = Type.Object({
  status: Type.Literal(false),
  code: Type.Literal(401),
  message: Type.String(),
  data: Type.Object({}, { additionalProperties: true }),
});
export type UnauthenticatedBody = Static<typeof UnauthenticatedBody>;

/** How much of a message from elsewhere is shown. */
const maxMessageLength = 1000;

/**
 * The failure that an answer of the server, or of a proxy before it, stands for.
 * @param retryAfter the header of that name, if there is one
 */
export function failureOfAnswer(status: number, body: unknown, retryAfter?: string | null): Failure {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const said = [fields.error, fields.message].find((text) => typeof text === 'string' && text !== '');
  const isOurs = typeof said === 'string';
  const message = isOurs ? printable(said) : describeForeignAnswer(status);
  const code =
    failureCodes.find((known) => known === fields.reason) ??
    // Older servers answer with 500 to whatever is wrong with an upload.
    (status === 500 ? failureCodeOfMessage(message) : undefined) ??
    failureCodeOfStatus(status);
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? { retryAfterSeconds: Number(retryAfter) } : {};
  return new Failure(code, message, {
    details: { status, ...seconds, ...(isOurs ? {} : { foreign: true }) },
  });
}

/** True for an answer that no Backup Repository gave: a proxy before it did, or something else at that address. */
export function isForeignAnswer(failure: Failure): boolean {
  return failure.details.foreign === true;
}

/** What to do about proxies that refuse what uploads need. */
const foreignAdvice: Readonly<Record<number, string>> = {
  403: 'a proxy before the server forbids the request',
  404: 'there is no Backup Repository at this URL: check it, a path included',
  405: 'a proxy before the server forbids the method: let it pass POST, PATCH, PUT, HEAD and DELETE',
  408: 'a proxy before the server did not wait for the request: raise its time-outs (nginx: client_body_timeout)',
  411: 'a proxy before the server wants to know the length of a request: let it pass chunked requests',
  413: 'a proxy before the server refuses requests of this size: raise its limit (nginx: client_max_body_size)',
  501: 'a proxy before the server does not know the method: let it pass POST, PATCH, PUT, HEAD and DELETE',
  502: 'a proxy cannot reach the server behind it: check that the server runs',
  503: 'a proxy cannot reach the server behind it: check that the server runs',
  504: 'a proxy did not wait for the server: raise its time-outs (nginx: proxy_read_timeout)',
};

function describeForeignAnswer(status: number): string {
  const advice = foreignAdvice[status];
  return `the server answered with status ${status}${advice === undefined ? '' : `: ${advice}`}`;
}

/** Control characters, which could steer a terminal, become spaces. */
function printable(text: string): string {
  return text.slice(0, maxMessageLength).replaceAll(/\p{Cc}/gu, ' ');
}
