import { Failure } from '@backup-maker/model';

/** What may go wrong with a storage, whatever it is made of. */
export type StorageFault = 'not-found' | 'conflict' | 'storage-full' | 'unavailable';

interface Problem {
  readonly code: StorageFault;
  /** Neither names a path, a bucket or a host. */
  readonly what: string;
  readonly remedy?: string;
}

const problems = {
  'not-found': { code: 'not-found', what: 'the stored object is missing' },
  conflict: { code: 'conflict', what: 'the stored object is already there' },
  'storage-full': {
    code: 'storage-full',
    what: 'the storage has no room left',
    remedy: 'Free some space, then send the backup again',
  },
  unavailable: {
    code: 'unavailable',
    what: 'the storage is not usable at the moment',
    remedy: 'Try again later',
  },
  unreachable: {
    code: 'unavailable',
    what: 'the storage cannot be reached',
    remedy: 'Check its address, its name in DNS, the network and firewalls between it and the server',
  },
  'certificate-refused': {
    code: 'unavailable',
    what: "the storage shows a certificate that the server doesn't trust",
    remedy: 'Give the server the certificate authority (NODE_EXTRA_CA_CERTS), or renew the certificate',
  },
  'credentials-refused': {
    code: 'unavailable',
    what: "the storage refuses the server's credentials",
    remedy: 'Give the server valid ones: they are missing, wrong or expired',
  },
  'rights-missing': {
    code: 'unavailable',
    what: 'the storage does not give the server enough rights',
    remedy: "Allow the server's account to read, write, list and delete there",
  },
  'container-missing': {
    code: 'unavailable',
    what: "the storage's bucket, container or folder is missing",
    remedy: 'Make it, or correct --storage-url',
  },
  'other-region': {
    code: 'unavailable',
    what: "the storage's bucket is in another region, or no region is named",
    remedy: 'Write the right one into --storage-url (region=…) or AWS_REGION',
  },
  'clock-wrong': {
    code: 'unavailable',
    what: 'the clocks of the server and of the storage differ too much',
    remedy: "Set the server's clock",
  },
  'read-only': {
    code: 'unavailable',
    what: 'the storage is read-only',
    remedy: 'Look into the log of its machine for faults of the disk, then mount it for writing',
  },
  damaged: {
    code: 'unavailable',
    what: 'the storage fails to read or write',
    remedy: 'Look into the log of its machine for faults of the disk or of the network file system',
  },
} as const satisfies Readonly<Record<string, Problem>>;

/** What is wrong with a storage: a fault, or why it is unavailable. */
export type StorageProblem = keyof typeof problems;

/** Where a failure came from. */
export interface StorageFailureOrigin {
  /** What the provider or the operating system calls it, such as `AccessDenied` or `ENOSPC`. */
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** A failure of the storage that says what is wrong, in the provider's own code too, and what to do. */
export function storageFailure(problem: StorageProblem, { code, cause }: StorageFailureOrigin = {}): Failure {
  const { code: fault, what, remedy }: Problem = problems[problem];
  const known = code !== undefined && codePattern.test(code) ? code : undefined;
  const sentences = [known === undefined ? what : `${what} (${known})`, ...(remedy ? [remedy] : [])];
  return new Failure(fault, sentences.join('. '), {
    ...(cause === undefined ? {} : { cause: withoutRequest(cause) }),
    ...(known === undefined ? {} : { details: { storageError: known } }),
  });
}

const codePattern = /^[A-Za-z0-9_.:-]{1,100}$/;

/** The error of a client library without the request that it made, whose headers and query may hold credentials. */
function withoutRequest(cause: unknown): unknown {
  if (!(cause instanceof Error)) {
    return cause;
  }
  const withoutQueries = (text: string) => text.replaceAll(/\?[^\s"')]+/g, '?…');
  const { code } = cause as { readonly code?: unknown };
  return Object.assign(new Error(withoutQueries(cause.message)), {
    name: cause.name,
    stack: withoutQueries(cause.stack ?? ''),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
  });
}

/** For a question whose answer may be that there is none. */
export function missingAsUndefined(failure: Failure): undefined {
  if (failure.code !== 'not-found') {
    throw failure;
  }
}

/** The same of an operation that needs no object to be there: what is missing then is what objects are in. */
export function missingAsContainer(failure: Failure): Failure {
  return failure.code === 'not-found'
    ? storageFailure('container-missing', { code: codeOf(failure), cause: failure.cause })
    : failure;
}

function codeOf({ details: { storageError } }: Failure): string | undefined {
  return typeof storageError === 'string' ? storageError : undefined;
}
