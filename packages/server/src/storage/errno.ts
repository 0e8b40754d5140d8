import { Failure, type FailureCode } from '@backup-maker/model';

/** What the codes of the operating system mean for a storage; everything else may pass. */
const failureCodeByErrno: Readonly<Record<string, FailureCode>> = {
  ENOENT: 'not-found',
  EEXIST: 'conflict',
  ENOSPC: 'storage-full',
  EDQUOT: 'storage-full',
  EFBIG: 'storage-full',
};

const messageByCode: Partial<Readonly<Record<FailureCode, string>>> = {
  'not-found': 'the stored object is missing',
  conflict: 'the stored object is already there',
  'storage-full': 'the storage has no room left. Free some space, then send the backup again',
};

/** An error of the file system as a Failure, without the path that its message names. */
export function failureFromErrno(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const errno = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const code = failureCodeByErrno[errno] ?? 'unavailable';
  const message = messageByCode[code] ?? 'the storage is not usable at the moment. Try again later';
  return new Failure(code, message, { cause: error });
}
