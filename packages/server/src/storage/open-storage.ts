import type { StorageLocation } from '../config/storage-url.ts';
import { claimStorage } from './claim.ts';
import { openFileStorage } from './file.ts';
import { createMemoryStorage } from './memory.ts';
import { atPlace, storagePlace } from './place.ts';
import type { Storage } from './storage.ts';

export interface OpenStorageOptions {
  /** The id of the installation: what a storage is marked with. */
  readonly ownerId: string;
}

/**
 * Open the storage that is configured, as this installation's own. The drivers of clouds are loaded when needed.
 * @throws Failure that says which storage and what is wrong with it
 */
export async function openStorage(location: StorageLocation, options: OpenStorageOptions): Promise<Storage> {
  try {
    return await open(location, options);
  } catch (error) {
    throw atPlace(error, storagePlace(location));
  }
}

async function open(location: StorageLocation, options: OpenStorageOptions): Promise<Storage> {
  switch (location.kind) {
    case 'file':
      return openFileStorage({ folder: location.folder, ownerId: options.ownerId });
    case 'memory':
      return createMemoryStorage();
    case 's3': {
      const { openS3Storage } = await import('./s3.ts');
      return claimed(openS3Storage(location), options);
    }
    case 'azure': {
      const { openAzureStorage } = await import('./azure.ts');
      return claimed(openAzureStorage(location), options);
    }
    case 'gcs': {
      const { openGcsStorage } = await import('./gcs.ts');
      return claimed(openGcsStorage(location), options);
    }
    default:
      return location satisfies never;
  }
}

async function claimed(storage: Storage, { ownerId }: OpenStorageOptions): Promise<Storage> {
  await claimStorage(storage, ownerId);
  return storage;
}
