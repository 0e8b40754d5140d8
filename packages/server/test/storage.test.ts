import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { openAzureStorage } from '../src/storage/azure.ts';
import { claimStorage } from '../src/storage/claim.ts';
import { openFileStorage } from '../src/storage/file.ts';
import { openGcsStorage } from '../src/storage/gcs.ts';
import { createMemoryStorage } from '../src/storage/memory.ts';
import { openS3Storage } from '../src/storage/s3.ts';
import type { ByteSource } from '../src/storage/storage.ts';
import { startAzure } from './azure-server.ts';
import { startGcs } from './gcs-server.ts';
import { startS3 } from './s3-server.ts';
import { storageContract } from './storage-contract.ts';

storageContract('memory', async () => {
  const storage = createMemoryStorage();
  return { storage, close: () => storage.close() };
});

storageContract('file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storage-'));
  const storage = await openFileStorage({ folder, ownerId: 'test' });
  return {
    storage,
    close: async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
});

storageContract('Azure', async () => {
  const server = await startAzure();
  const storage = openAzureStorage(server.location);
  return {
    storage,
    close: async () => {
      await storage.close();
      await server.stop();
    },
  };
});

describe.skipIf(!hasPrograms('versitygw'))('on a real S3 server', () => {
  storageContract('S3', async () => {
    const server = await startS3();
    const storage = openS3Storage(server.location);
    return {
      storage,
      close: async () => {
        await storage.close();
        await server.stop();
      },
    };
  });
});

it.skipIf(!hasPrograms('versitygw'))('leaves no parts of an S3 upload whose source failed', async () => {
  const server = await startS3();
  const storage = openS3Storage(server.location);
  const cause = new Error('the sender went away');
  async function* source(): ByteSource {
    // More than one part: what is smaller is sent at once.
    yield Buffer.alloc(9 * 1024 ** 2);
    throw cause;
  }
  await expect(storage.put('test/large', source())).rejects.toBe(cause);
  expect(await storage.removeUnfinished(Date.now() + 60_000)).toBe(0);
  await storage.close();
  await server.stop();
});

describe.skipIf(!hasPrograms('fake-gcs-server'))('on an emulator', () => {
  storageContract('Google Cloud', async () => {
    const server = await startGcs();
    const storage = openGcsStorage(server.location, server.client);
    return {
      storage,
      close: async () => {
        await storage.close();
        await server.stop();
      },
    };
  });
});

describe('claimStorage', () => {
  async function* source(): ByteSource {
    yield Buffer.from('x');
  }

  it('marks an empty storage, once for all servers of an installation', async () => {
    const storage = createMemoryStorage();
    await Promise.all([1, 2, 3].map(() => claimStorage(storage, 'mine')));
    await claimStorage(storage, 'mine');
    await expect(claimStorage(storage, 'theirs')).rejects.toThrow('belongs to another installation');
  });

  it('refuses a storage that holds other objects', async () => {
    const storage = createMemoryStorage();
    await storage.put('thesis', source());
    await expect(claimStorage(storage, 'mine')).rejects.toThrow('holds other objects');
  });
});
