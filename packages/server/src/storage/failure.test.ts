import { describe, expect, it } from 'vitest';
import { failureFromAzure } from './azure-failure.ts';
import { failureFromErrno, failureOfWriting } from './errno.ts';
import { missingAsContainer, storageFailure } from './failure.ts';
import { failureFromGcs } from './gcs-failure.ts';
import { failureFromS3 } from './s3-failure.ts';

const error = (fields: object, message = 'of secret-bucket') => Object.assign(new Error(message), fields);
const s3 = (Code: string, status: number, more = {}) =>
  failureFromS3(error({ name: Code, Code, $metadata: { httpStatusCode: status }, ...more }));
const google = (code: number, reason: string) => failureFromGcs(error({ code, errors: [{ reason }] }));

describe('what is wrong with a storage', () => {
  it.each([
    ['a wrong key of S3', s3('InvalidAccessKeyId', 403), 'credentials', 'InvalidAccessKeyId'],
    ['a wrong secret of S3', s3('SignatureDoesNotMatch', 403), 'credentials', 'SignatureDoesNotMatch'],
    ['no keys for S3', failureFromS3(error({ name: 'CredentialsProviderError' })), 'credentials', 'Cred'],
    ['no rights in S3', s3('AccessDenied', 403), 'rights', 'AccessDenied'],
    ['no bucket of S3', s3('NoSuchBucket', 404), 'bucket, container or folder is missing', 'NoSuchBucket'],
    ['a redirection of S3', s3('PermanentRedirect', 301), 'another region', 'PermanentRedirect'],
    [
      'a wrong region of S3',
      s3('AuthorizationHeaderMalformed', 400, { Region: 'eu-west-1' }),
      'another region',
      'AuthorizationHeaderMalformed:eu-west-1',
    ],
    ['a wrong clock', s3('RequestTimeTooSkewed', 403), 'clocks', 'RequestTimeTooSkewed'],
    ['too much of S3', s3('SlowDown', 503), 'at the moment', 'SlowDown'],
    ['a port that is closed', failureFromS3(error({ code: 'ECONNREFUSED' })), 'reached', 'ECONNREFUSED'],
    ['a name that is unknown', failureFromAzure(error({ code: 'ENOTFOUND' })), 'reached', 'ENOTFOUND'],
    [
      'a certificate of nobody',
      failureFromS3(error({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })),
      'certificate',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    [
      'a wrong key of Azure',
      failureFromAzure(error({ statusCode: 403, code: 'AuthenticationFailed' })),
      'credentials',
      'AuthenticationFailed',
    ],
    [
      'no rights in Azure, of a HEAD request',
      failureFromAzure(error({ statusCode: 403, details: { errorCode: 'AuthorizationFailure' } })),
      'rights',
      'AuthorizationFailure',
    ],
    [
      'no container of Azure',
      failureFromAzure(error({ statusCode: 404, code: 'ContainerNotFound' })),
      'missing',
      'ContainerNotFound',
    ],
    ['wrong credentials of Google', google(401, 'authError'), 'credentials', 'authError'],
    ['no rights at Google', google(403, 'forbidden'), 'rights', 'forbidden'],
    ['no bucket of Google', missingAsContainer(google(404, 'notFound')), 'missing', 'notFound'],
    [
      'a key of Google that was revoked',
      failureFromGcs(error({ status: 400, response: { data: { error: 'invalid_grant' } } })),
      'credentials',
      'invalid_grant',
    ],
    [
      'no credentials of Google',
      failureFromGcs(error({}, 'Could not load the default credentials. See …')),
      'credentials',
      'NoDefaultCredentials',
    ],
    ['no rights in a folder', failureFromErrno(error({ code: 'EACCES' })), 'rights', 'EACCES'],
    ['a read-only disk', failureFromErrno(error({ code: 'EROFS' })), 'read-only', 'EROFS'],
    ['a broken disk', failureFromErrno(error({ code: 'EIO' })), 'fails to read or write', 'EIO'],
    ['a folder that is gone', failureOfWriting(error({ code: 'ENOENT' })), 'missing', 'ENOENT'],
  ])('%s', (_, failure, words, code) => {
    expect(failure.code).toBe('unavailable');
    expect(failure.message).toContain(words);
    expect(failure.message).toContain(`(${code}`);
    expect(failure.details.storageError).toContain(code);
    expect(failure.message).not.toContain('secret-bucket');
  });

  it('is no room, with the code', () => {
    const failure = failureFromErrno(error({ code: 'EDQUOT' }));
    expect([failure.code, failure.message]).toEqual([
      'storage-full',
      'the storage has no room left (EDQUOT). Free some space, then send the backup again',
    ]);
  });

  it('repeats no code that is more than a code', () => {
    const failure = storageFailure('unavailable', { code: 'https://user:hunter2@host/' });
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('hunter2');
  });

  it('keeps what the cause says, without its request', () => {
    const cause = error(
      { code: 'ECONNRESET', config: { headers: { authorization: 'Bearer hunter2' } } },
      'request to https://host/container?sv=1&sig=hunter2 failed',
    );
    const kept = failureFromAzure(cause).cause as Error & { code: string };
    expect([kept.message, kept.code]).toEqual(['request to https://host/container?… failed', 'ECONNRESET']);
    expect(JSON.stringify([kept, kept.stack])).not.toContain('hunter2');
  });
});
