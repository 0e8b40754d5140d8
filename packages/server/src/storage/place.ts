import { Failure } from '@backup-maker/model';
import type { StorageLocation } from '../config/storage-url.ts';

/** Where a storage is, in words for whoever runs the server; no credentials are in it. */
export interface StoragePlace {
  /** For the log and the terminal. */
  readonly logged: string;
  /** For answers: without paths of this machine. */
  readonly shown: string;
}

export function storagePlace(location: StorageLocation): StoragePlace {
  switch (location.kind) {
    case 'file':
      return { logged: `the folder ${location.folder}`, shown: 'the folder of the server' };
    case 'memory':
      return same('the memory of the server');
    case 's3': {
      const { bucket, prefix, endpoint, region } = location;
      const at = endpoint === undefined ? 'of Amazon S3' : `at ${originOf(endpoint)}`;
      return same(`the bucket "${bucket}" ${at}${region ? `, region ${region}` : ''}${below(prefix)}`);
    }
    case 'gcs':
      return same(`the bucket "${location.bucket}" of Google Cloud Storage${below(location.prefix)}`);
    case 'azure':
      return same(`the container "${location.container}" of Azure Blob Storage${below(location.prefix)}`);
    default:
      return location satisfies never;
  }
}

/** A failure of opening a storage that says which one, for the terminal. */
export function atPlace(error: unknown, { logged }: StoragePlace): unknown {
  return error instanceof Failure
    ? new Failure(error.code, `${error.message}. The storage is ${logged}`, {
        cause: error.cause,
        details: error.details,
      })
    : error;
}

function same(text: string): StoragePlace {
  return { logged: text, shown: text };
}

function below(prefix: string): string {
  return prefix === '' ? '' : `, below ${prefix}/`;
}

/** Without a user and password, which an address may have. */
function originOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : 'a malformed endpoint';
}
