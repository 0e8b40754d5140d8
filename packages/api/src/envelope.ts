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

/** The failure that an answer of the server, or of a proxy before it, stands for. */
export function failureOfAnswer(status: number, body: unknown): Failure {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const said = [fields.error, fields.message].find((text) => typeof text === 'string' && text !== '');
  const message = typeof said === 'string' ? printable(said) : `the server answered with status ${status}`;
  const code =
    failureCodes.find((known) => known === fields.reason) ??
    // Older servers answer with 500 to whatever is wrong with an upload.
    (status === 500 ? failureCodeOfMessage(message) : undefined) ??
    failureCodeOfStatus(status);
  return new Failure(code, message, { details: { status } });
}

/** Control characters, which could steer a terminal, become spaces. */
function printable(text: string): string {
  return text.slice(0, maxMessageLength).replaceAll(/\p{Cc}/gu, ' ');
}
