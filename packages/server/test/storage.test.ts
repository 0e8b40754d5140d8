import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileStorage } from '../src/storage/file.ts';
import { createMemoryStorage } from '../src/storage/memory.ts';
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
