import { decideQuota } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { overQuota } from './over-quota.ts';

const limits = { maxOneVersionBytes: 1024 ** 2, maxCollectionBytes: 2 * 1024 ** 2, maxBackupsCount: 1 };
const known =
  'cannot upload version. cannot upload file, cannot copy stream, error: filesize reached allowed limit.';

describe('overQuota', () => {
  it('says that the collection is full', () => {
    const quota = decideQuota({ limits, stayingBytes: [1024 ** 2, 1024 ** 2 - 422] });
    expect(overQuota(500, quota)).toMatchObject({
      code: 'quota-exceeded',
      message:
        `${known} Uploaded 500 bytes, allowed to upload only 422 bytes. ` +
        'The collection is full (hard limit maxCollectionSize): 2.0 MiB (2097152 bytes) allowed, ' +
        '2.0 MiB (2096730 bytes) used by the versions that stay, at least 500 B requested. ' +
        'Delete versions, or raise spec.maxCollectionSize',
      details: { uploadedBytes: 500, maxBytes: 422, by: 'collection', limit: 'hard', usedBytes: 2_096_730 },
    });
  });

  it('says that even an empty collection has too little room', () => {
    const quota = decideQuota({ limits: { ...limits, maxOneVersionBytes: 1024 ** 3 }, stayingBytes: [] });
    expect(overQuota(3 * 1024 ** 2, quota).message).toContain(
      'The version is larger than all of the collection may be (hard limit maxCollectionSize): ' +
        '2.0 MiB (2097152 bytes) allowed, at least 3.0 MiB (3145728 bytes) requested. Raise spec.maxCollectionSize',
    );
  });

  it('says how far a version may go over the soft limit', () => {
    const quota = decideQuota({ limits, stayingBytes: [] });
    expect(overQuota(3 * 1024 ** 2, quota).message).toContain(
      'The version is too large (soft limit maxOneVersionSize): 1.0 MiB (1048576 bytes) allowed, besides ' +
        '1.0 MiB (1048576 bytes) of extra space that the collection has left, at least 3.0 MiB (3145728 bytes) requested. Raise ' +
        'spec.maxOneVersionSize or spec.maxCollectionSize, or delete versions over the soft limit',
    );
  });

  it('says why a version may not go over the soft limit', () => {
    const quota = decideQuota({ limits: { ...limits, maxBackupsCount: 2 }, stayingBytes: [] });
    const { message, details } = overQuota(1024 ** 2 + 1, quota);
    expect(message).toContain('has no extra space left for versions over that limit');
    expect(details).toMatchObject({ by: 'one-version', limit: 'soft' });
  });
});
