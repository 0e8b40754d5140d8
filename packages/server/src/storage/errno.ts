import { Failure } from '@backup-maker/model';
import { missingAsContainer, type StorageProblem, storageFailure } from './failure.ts';

/** What the codes of the operating system mean for a storage; everything else may pass. */
const problemByErrno: Readonly<Record<string, StorageProblem>> = {
  ENOENT: 'not-found',
  EEXIST: 'conflict',
  ENOSPC: 'storage-full',
  EDQUOT: 'storage-full',
  EFBIG: 'storage-full',
  EACCES: 'rights-missing',
  EPERM: 'rights-missing',
  EROFS: 'read-only',
  EIO: 'damaged',
  EUCLEAN: 'damaged',
  ESTALE: 'damaged',
};

/** An error of the file system as a Failure, without the path that its message names. */
export function failureFromErrno(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return storageFailure(problemByErrno[code ?? ''] ?? 'unavailable', { code, cause: error });
}

/** The same of an object that is being written: what is missing then is a folder or a temporary file, not the object. */
export function failureOfWriting(error: unknown): Failure {
  return missingAsContainer(failureFromErrno(error));
}
