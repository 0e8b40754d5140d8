import { Failure } from '@backup-maker/model';
import { type StorageFault, storageFailure } from './failure.ts';

interface S3Error {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** By the name of the error first: it says more than the status. */
const faults: Readonly<Record<string, StorageFault>> = {
  NoSuchKey: 'not-found',
  NotFound: 'not-found',
  QuotaExceeded: 'storage-full',
  XMinioStorageFull: 'storage-full',
  InsufficientStorage: 'storage-full',
  // Of a multipart upload that somebody aborted: its bytes may be sent again.
  NoSuchUpload: 'unavailable',
  404: 'not-found',
  507: 'storage-full',
};

/** An error of the AWS SDK as a Failure, without bucket, endpoint or key in its message. */
export function failureFromS3(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { name = '', $metadata } = error as S3Error;
  const fault = faults[name] ?? faults[`${$metadata?.httpStatusCode}`] ?? 'unavailable';
  return storageFailure(fault, error);
}
