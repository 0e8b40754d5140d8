import { Failure } from '@backup-maker/model';
import type { StorageLocation } from '../config/storage-url.ts';
import { openFileStorage } from './file.ts';
import { createMemoryStorage } from './memory.ts';
import type { Storage } from './storage.ts';

export interface OpenStorageOptions {
  /** The id of the installation: what a storage is marked with. */
  readonly ownerId: string;
}

/** Open the storage that is configured. */
export async function openStorage(
  location: StorageLocation,
  { ownerId }: OpenStorageOptions,
): Promise<Storage> {
  switch (location.kind) {
    case 'file':
      return openFileStorage({ folder: location.folder, ownerId });
    case 'memory':
      return createMemoryStorage();
    case 's3':
    case 'gcs':
    case 'azure':
      throw new Failure('invalid-input', `the ${location.kind} storage is not built into this version yet`);
    default:
      return location satisfies never;
  }
}
