import { describe, expect, it } from 'vitest';
import { parseStorageUrl, storageSurroundings } from './storage-url.ts';

const s3 = {
  kind: 's3',
  bucket: 'backups',
  prefix: '',
  endpoint: undefined,
  region: undefined,
  forcePathStyle: false,
};

describe('parseStorageUrl', () => {
  it.each([
    ['file:///var/lib/backups', { kind: 'file', folder: '/var/lib/backups' }],
    ['mem://', { kind: 'memory' }],
    ['s3://backups', s3],
    [
      's3://backups?endpoint=localhost:9000&disableSSL=true&s3ForcePathStyle=true&region=eu-central-1&prefix=/a/b/',
      {
        ...s3,
        prefix: 'a/b',
        endpoint: 'http://localhost:9000',
        region: 'eu-central-1',
        forcePathStyle: true,
      },
    ],
    ['s3://backups?endpoint=s3.example.org', { ...s3, endpoint: 'https://s3.example.org' }],
    ['s3://backups?endpoint=http://127.0.0.1:9000', { ...s3, endpoint: 'http://127.0.0.1:9000' }],
    ['gs://backups', { kind: 'gcs', bucket: 'backups', prefix: '' }],
    ['azblob://backups', { kind: 'azure', container: 'backups', prefix: '', connectionString: undefined }],
  ])('%s', (text, expected) => {
    expect(parseStorageUrl(text)).toEqual(expected);
  });

  it.each(['', '/var/lib', 'ftp://host', 's3://', 'file://host/share', 's3://b?prefix=../x'])(
    'refuses %j',
    (text) => {
      expect(() => parseStorageUrl(text)).toThrow(/storage URL/);
    },
  );

  it('does not repeat the query, which may hold credentials', () => {
    expect(() => parseStorageUrl('nope://x?secret=hunter2')).not.toThrow(/hunter2/);
  });
});

describe('storageSurroundings', () => {
  const general = 'http://general:9000';
  const ofS3 = 'http://s3:9000';

  it.each([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL: general }, general],
    [{ AWS_ENDPOINT_URL: general, AWS_ENDPOINT_URL_S3: ofS3 }, ofS3],
    [{ AWS_ENDPOINT_URL: general, AWS_ENDPOINT_URL_S3: '' }, general],
    [{ AWS_ENDPOINT_URL_S3: ofS3, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, ofS3],
    [{ AWS_ENDPOINT_URL_S3: ofS3, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
  ])('finds the endpoint of S3 in %j', (env, endpoint) => {
    expect(storageSurroundings(env).s3Endpoint).toBe(endpoint);
  });

  it('gives way to an endpoint in the URL', () => {
    expect(parseStorageUrl('s3://b?endpoint=s3.example.org', { s3Endpoint: general })).toMatchObject({
      endpoint: 'https://s3.example.org',
    });
  });
});
