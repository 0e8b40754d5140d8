import { Failure } from '@backup-maker/model';
import { type StorageFault, storageFailure } from './failure.ts';

/** What the codes of the operating system mean for a storage; everything else may pass. */
const faultByErrno: Readonly<Record<string, StorageFault>> = {
  ENOENT: 'not-found',
  EEXIST: 'conflict',
  ENOSPC: 'storage-full',
  EDQUOT: 'storage-full',
  EFBIG: 'storage-full',
};

/** An error of the file system as a Failure, without the path that its message names. */
export function failureFromErrno(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const errno = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return storageFailure(faultByErrno[errno] ?? 'unavailable', error);
}

/** The same of an object that is being written: what is missing then is a folder or a temporary file, not the object. */
export function failureOfWriting(error: unknown): Failure {
  const failure = failureFromErrno(error);
  return failure.code === 'not-found' ? storageFailure('unavailable', error) : failure;
}
