import { Failure } from '@backup-maker/model';

/** What may go wrong with a storage, whatever it is made of. */
export type StorageFault = 'not-found' | 'conflict' | 'storage-full' | 'unavailable';

/** None of them names a path, a bucket or a host. */
const messages: Readonly<Record<StorageFault, string>> = {
  'not-found': 'the stored object is missing',
  conflict: 'the stored object is already there',
  'storage-full': 'the storage has no room left. Free some space, then send the backup again',
  unavailable: 'the storage is not usable at the moment. Try again later',
};

export function storageFailure(fault: StorageFault, cause?: unknown): Failure {
  return new Failure(fault, messages[fault], cause === undefined ? {} : { cause });
}

/** For a question whose answer may be that there is none. */
export function missingAsUndefined(failure: Failure): undefined {
  if (failure.code !== 'not-found') {
    throw failure;
  }
}
