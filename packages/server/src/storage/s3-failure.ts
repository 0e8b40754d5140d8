import { Failure } from '@backup-maker/model';

interface S3Error {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const fullNames: readonly string[] = ['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage'];

/** An error of the AWS SDK as a Failure, without bucket, endpoint or key in its message. */
export function failureFromS3(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { name = '', $metadata } = error as S3Error;
  if (name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404) {
    return new Failure('not-found', 'the stored object is missing', { cause: error });
  }
  if (fullNames.includes(name) || $metadata?.httpStatusCode === 507) {
    return new Failure(
      'storage-full',
      'the storage has no room left. Free some space, then send the backup again',
      {
        cause: error,
      },
    );
  }
  return new Failure('unavailable', 'the storage is not usable at the moment. Try again later', {
    cause: error,
  });
}
