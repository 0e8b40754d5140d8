import { Failure, Secret } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { parseStorageUrl } from '../config/storage-url.ts';
import { atPlace, storagePlace } from './place.ts';

const connection = { azureConnectionString: new Secret('AccountKey=hunter2') };

describe('storagePlace', () => {
  it.each([
    ['file:///srv/backups', 'the folder /srv/backups', 'the folder of the server'],
    ['mem://', 'the memory of the server'],
    ['s3://b?region=eu-west-1&prefix=one', 'the bucket "b" of Amazon S3, region eu-west-1, below one/'],
    ['s3://b?endpoint=http://key:hunter2@minio:9000/x', 'the bucket "b" at http://minio:9000'],
    ['gs://b', 'the bucket "b" of Google Cloud Storage'],
    ['azblob://c', 'the container "c" of Azure Blob Storage'],
  ])('of %s', (url, logged, shown = logged) => {
    expect(storagePlace(parseStorageUrl(url, connection))).toEqual({ logged, shown });
  });
});

it('atPlace says which storage a failure is of', () => {
  const place = { logged: 'the folder /srv/backups', shown: 'a folder' };
  const failure = new Failure('storage-full', 'no room', { details: { storageError: 'ENOSPC' } });
  expect(atPlace(failure, place)).toMatchObject({
    code: 'storage-full',
    message: 'no room. The storage is the folder /srv/backups',
    details: { storageError: 'ENOSPC' },
  });
});
