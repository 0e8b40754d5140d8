import { Failure } from '@backup-maker/model';
import { type StorageProblem, storageFailure } from './failure.ts';
import { providerProblem } from './provider-problem.ts';

interface S3Error {
  readonly name?: string;
  /** Of the answer's body, which a HEAD request has none of. */
  readonly Code?: string;
  /** Of Node, where there was no answer. */
  readonly code?: string;
  /** The bucket's own, in an answer to a request that was signed for another one. */
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const problems: Readonly<Record<string, StorageProblem>> = {
  NoSuchKey: 'not-found',
  NotFound: 'not-found',
  QuotaExceeded: 'storage-full',
  XMinioStorageFull: 'storage-full',
  InsufficientStorage: 'storage-full',
  // Of a multipart upload that somebody aborted: its bytes may be sent again.
  NoSuchUpload: 'unavailable',
  NoSuchBucket: 'container-missing',
  InvalidBucketName: 'container-missing',
  CredentialsProviderError: 'credentials-refused',
  TokenProviderError: 'credentials-refused',
  InvalidAccessKeyId: 'credentials-refused',
  XAdminUserNotFound: 'credentials-refused',
  SignatureDoesNotMatch: 'credentials-refused',
  InvalidToken: 'credentials-refused',
  InvalidSecurity: 'credentials-refused',
  ExpiredToken: 'credentials-refused',
  AccessDenied: 'rights-missing',
  AllAccessDisabled: 'rights-missing',
  AccountProblem: 'rights-missing',
  PermanentRedirect: 'other-region',
  TemporaryRedirect: 'other-region',
  AuthorizationHeaderMalformed: 'other-region',
  IllegalLocationConstraintException: 'other-region',
  RequestTimeTooSkewed: 'clock-wrong',
  TimeoutError: 'unreachable',
  301: 'other-region',
  401: 'credentials-refused',
  403: 'rights-missing',
  404: 'not-found',
  507: 'storage-full',
};

/** Names that the SDK gives to what has none. */
const anonymous = new Set(['Error', 'AggregateError', 'Unknown', 'UnknownError', '']);

/** An error of the AWS SDK as a Failure, without bucket, endpoint or key in its message. */
export function failureFromS3(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { name = '', Code, code, Region, $metadata } = error as S3Error;
  const answer = { code: Code ?? (anonymous.has(name) ? code : name), status: $metadata?.httpStatusCode };
  const { problem, shown } = providerProblem(problems, answer);
  const suffix = problem === 'other-region' && Region ? `:${Region}` : '';
  return storageFailure(problem, { code: shown && `${shown}${suffix}`, cause: error });
}

/** Does it lack the provider's code? It does where the request was HEAD, whose answer has no body. */
export function isUnexplained(failure: Failure): boolean {
  return /^HTTP-/.test(`${failure.details.storageError}`);
}
