import { errorTable } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseAway } from '../database/away.ts';
import { noteFailure } from './audit-trail.ts';

/** The envelope of a successful answer. */
export function success<Data extends object>(data: Data): { readonly status: true; readonly data: Data } {
  return { status: true, data };
}

export interface FailedRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly error: unknown;
  /** Where the storage is, for the log of a failure of it. */
  readonly storage: string;
}

/** Answer with an error: its status, its envelope, and nothing that is not meant to be seen. */
export async function sendFailure({ request, reply, error, storage }: FailedRequest): Promise<void> {
  const failure = asFailure(error, request.id);
  const status = statusOf(failure);
  logFailure(request, failure, { status, ...(failure.details.storageError ? { storage } : {}) });
  const { refused } = failure.details;
  noteFailure(request, typeof refused === 'string' ? refused : failure.code);
  if (failure.code === 'unauthenticated') {
    reply.header('WWW-Authenticate', 'Bearer');
    await reply.status(status).send({ status: false, code: status, message: failure.message, data: {} });
    return;
  }
  if (typeof failure.details.retryAfterSeconds === 'number') {
    reply.header('Retry-After', `${failure.details.retryAfterSeconds}`);
  } else if (failure.code === 'rate-limited' || failure.code === 'unavailable' || failure.code === 'busy') {
    reply.header('Retry-After', '5');
  }
  await reply
    .status(status)
    .send({ status: false, error: failure.message, reason: failure.code, data: failure.details });
}

/** tus gives two failures a status of their own: another version of the protocol, and a wrong checksum. */
function statusOf({ code, details }: Failure): number {
  return typeof details.tusStatus === 'number' ? details.tusStatus : errorTable[code].status;
}

/** An error of ours as it is; one of Fastify's by its status; anything else is our mistake and only logged. */
function asFailure(error: unknown, requestId: string): Failure {
  if (error instanceof Failure) {
    return error;
  }
  if (error instanceof DatabaseAway) {
    return new Failure('unavailable', `${error.message}. Try again later`, { cause: error });
  }
  const { validation, statusCode, message } = error as Partial<FastifyError>;
  if (validation) {
    return new Failure('invalid-input', `the request is not valid: ${message}`, { cause: error });
  }
  if (statusCode === 429) {
    return new Failure('rate-limited', 'too many requests. Try again later', { cause: error });
  }
  if (statusCode === 413) {
    return new Failure('quota-exceeded', 'the request is too large', { cause: error });
  }
  if (statusCode === 415) {
    return new Failure('unsupported-media-type', 'this content type is not supported here', { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Failure('invalid-input', 'the request is malformed', { cause: error });
  }
  return new Failure(
    'internal',
    `something unexpected happened; the server's log has it as request ${requestId}`,
    {
      cause: error,
    },
  );
}

function logFailure(
  request: FastifyRequest,
  failure: Failure,
  facts: { readonly status: number; readonly storage?: string },
): void {
  const fields = { code: failure.code, ...facts, details: failure.details, err: failure.cause };
  if (facts.status >= 500) {
    request.log.error(fields, failure.message);
  } else if (failure.details.refused !== undefined) {
    request.log.warn(fields, failure.message);
  } else {
    request.log.info(fields, failure.message);
  }
}
