import { execFileSync } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import { findProgram, freePort, hasPrograms } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StorageLocation } from '../src/config/storage-url.ts';
import { openStorage } from '../src/storage/open-storage.ts';
import { type AzureServer, startAzure } from './azure-server.ts';
import { openPgpMessage } from './message.ts';
import { type S3Server, startS3 } from './s3-server.ts';
import { startTestServer } from './server-fixture.ts';
import { serverHealthCode } from './test-config.ts';

/** What the server says when it cannot start with a storage. */
async function refusal(location: StorageLocation): Promise<string> {
  try {
    const storage = await openStorage(location, { ownerId: 'test' });
    await storage.close();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the storage was opened');
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(!hasPrograms('versitygw'))('a bucket that cannot be used, at the start', () => {
  let s3: S3Server;

  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(async () => {
    await s3?.stop();
  });

  it('is missing', async () => {
    const message = await refusal({ ...s3.location, bucket: 'other' });
    expect(message).toContain('is missing (NoSuchBucket). Make it, or correct --storage-url');
    expect(message).toContain(`the bucket "other" at ${s3.location.endpoint}, region us-east-1`);
  });

  it('is in another region', async () => {
    const message = await refusal({ ...s3.location, region: 'eu-west-1' });
    expect(message).toContain('(AuthorizationHeaderMalformed:us-east-1)');
  });

  it('refuses the secret, which is not repeated', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2');
    const message = await refusal(s3.location);
    expect(message).toContain("refuses the server's credentials (SignatureDoesNotMatch)");
    expect(message).not.toContain('hunter2');
  });

  it('refuses the access key', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'other');
    expect(await refusal(s3.location)).toContain("refuses the server's credentials (XAdminUserNotFound)");
  });

  it('has no credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    expect(await refusal(s3.location)).toContain('(CredentialsProviderError)');
  });

  it('cannot be reached', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const message = await refusal({ ...s3.location, endpoint });
    expect(message).toContain('the storage cannot be reached (ECONNREFUSED)');
    expect(message).toContain(endpoint);
  });

  it('has no region', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    const message = await refusal({ ...s3.location, endpoint: undefined, region: undefined });
    expect(message).toContain('no region is named. Write the right one into --storage-url');
  });
});

describe('a container of Azure that cannot be used, at the start', () => {
  let azure: AzureServer;

  beforeAll(async () => {
    azure = await startAzure();
  });
  afterAll(async () => {
    await azure?.stop();
  });

  it('is missing', async () => {
    const message = await refusal({ ...azure.location, container: 'other' });
    expect(message).toContain('is missing (ContainerNotFound)');
    expect(message).toContain('the container "other" of Azure Blob Storage');
  });

  it('refuses the key, which is not repeated', async () => {
    const given = azure.location.connectionString?.reveal() ?? '';
    const wrong = given.replace(/AccountKey=[^;]+/, 'AccountKey=aHVudGVyMg==');
    const message = await refusal({ ...azure.location, connectionString: new Secret(wrong) });
    expect(message).toContain('(AuthorizationFailure)');
    expect(message).not.toContain('aHVudGVyMg');
  });

  it('has a connection string that is none', async () => {
    const message = await refusal({ ...azure.location, connectionString: new Secret('hunter2') });
    expect(message).toContain('AZURE_STORAGE_CONNECTION_STRING is malformed');
    expect(message).not.toContain('hunter2');
  });
});

it.skipIf(!hasPrograms('versitygw'))(
  'a bucket that goes away is told to log, health and client',
  async () => {
    const s3 = await startS3();
    await using server = await startTestServer({ storage: s3.location });
    await rename(s3.bucketFolder, `${s3.bucketFolder}.away`);

    const upload = await server.upload(openPgpMessage({ bodyBytes: 1000 }));
    expect([upload.status, upload.json.reason]).toEqual([503, 'unavailable']);
    expect(upload.json.error).toContain(
      "the storage's bucket, container or folder is missing (NoSuchBucket)",
    );
    expect(upload.bytes.toString()).not.toContain(s3.location.endpoint);

    const headers = { authorization: serverHealthCode };
    const ready = await server.call('GET', '/ready', { token: null, headers });
    const place = `the bucket "backups" at ${s3.location.endpoint}, region us-east-1, below installation-1/`;
    expect(ready.json.data.health[1].message).toBe(
      "the storage is not usable: the storage's bucket, container or folder is missing (NoSuchBucket). " +
        `Make it, or correct --storage-url. The storage is ${place}`,
    );

    const failures = server.logLines
      .map((line) => JSON.parse(line))
      .filter(({ level, storage }) => level >= 40 && storage === place);
    expect(failures.map(({ msg }) => msg)).toEqual([upload.json.error, 'the storage is not usable']);
    expect(JSON.stringify(failures)).toContain('NoSuchBucket');
    expect(JSON.stringify(failures)).not.toContain(process.env.AWS_SECRET_ACCESS_KEY);
    await rename(`${s3.bucketFolder}.away`, s3.bucketFolder);
    await s3.stop();
  },
);

const [mount, umount] = [findProgram('mount'), findProgram('umount')];

// Only root may mount.
it.skipIf(process.getuid?.() !== 0 || !mount || !umount)(
  'a folder that is read-only, at the start',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'read-only-'));
    execFileSync(mount ?? '', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder]);
    try {
      const message = await refusal({ kind: 'file', folder });
      expect(message).toContain('the storage is read-only (EROFS)');
      expect(message).toContain(`The storage is the folder ${folder}`);
    } finally {
      execFileSync(umount ?? '', [folder]);
      await rm(folder, { recursive: true });
    }
  },
);
