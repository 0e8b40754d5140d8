import { Failure } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { failureFromS3 } from './s3-failure.ts';

const s3Error = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error(`${name} of bucket secret-bucket`), { name, $metadata: { httpStatusCode } });

describe('failureFromS3', () => {
  it.each([
    [s3Error('NoSuchKey', 404), 'not-found'],
    [s3Error('NotFound', 404), 'not-found'],
    [s3Error('Unknown', 404), 'not-found'],
    // Aborted by somebody, such as a janitor whose clock jumped: not a missing version, and worth another try.
    [s3Error('NoSuchUpload', 404), 'unavailable'],
    [s3Error('XMinioStorageFull', 507), 'storage-full'],
    [s3Error('Unknown', 507), 'storage-full'],
    [s3Error('SlowDown', 503), 'unavailable'],
    [s3Error('AccessDenied', 403), 'unavailable'],
    [s3Error('NoSuchBucket', 404), 'unavailable'],
    [s3Error('TimeoutError'), 'unavailable'],
    [new Failure('cancelled', 'by the source'), 'cancelled'],
  ])('%s is %s', (error, code) => {
    const failure = failureFromS3(error);
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain('secret-bucket');
  });
});
