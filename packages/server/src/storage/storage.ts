import { Failure } from '@backup-maker/model';

/** Bytes in the order in which they are to be stored or were stored. */
export type ByteSource = AsyncIterable<Uint8Array>;

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** When the object became durable, by the storage's own clock. */
  readonly modifiedAtMs: number;
}

/** A part of an object; without `lengthBytes` up to its end. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes?: number;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  /**
   * `now`, the default: when `put` resolves. `later`: once `sync` was called for the object, which spares a writer
   * of many objects the wait for the disk after each.
   */
  readonly durable?: 'now' | 'later';
  /** Told of each chunk that is not needed any more, by a storage that can tell: whose it is may free its memory. */
  readonly release?: ((chunk: Uint8Array) => void) | undefined;
}

export interface GetOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
}

/**
 * Where the bytes of versions are. Objects are written once and never changed; keys come from `newObjectKey`.
 * All methods may be called at once, from several servers. Failures: `storage-full` where there is no room,
 * `unavailable` for everything that may pass, `not-found` and `conflict` as said below.
 */
export interface Storage {
  /** The driver's name, for logs: `file`, `s3`, … */
  readonly name: string;

  /**
   * Store everything that `source` gives. When it resolves the object is whole, and durable unless that was put
   * off with `durable`; when it rejects (also because `source` did, whose error is passed on, or the signal) there
   * is no such object. Rejects with `conflict` when the key is taken; what was there stays.
   */
  put(key: string, source: ByteSource, options?: PutOptions): Promise<{ readonly sizeBytes: number }>;

  /**
   * Make objects durable that were put with `durable: 'later'`, by this server or another one. Rejects with
   * `not-found` where one is missing.
   */
  sync(keys: readonly string[]): Promise<void>;

  /**
   * The bytes of an object. The promise rejects with `not-found` before the first byte; a reading that began
   * goes on to its end although the object is deleted meanwhile, where the back end can do so. A chunk may be
   * overwritten once the next one is asked for. Leaving the iteration early frees everything.
   */
  get(key: string, options?: GetOptions): Promise<ByteSource>;

  /** What is known of an object; undefined when there is none. */
  stat(key: string): Promise<StoredObject | undefined>;

  /** Remove an object for good. Not having one is success. */
  delete(key: string): Promise<void>;

  /** Every whole object whose key begins with `prefix`, in any order, as it is found. */
  list(prefix: string): AsyncIterable<StoredObject>;

  /** Remove what writers that died before `olderThanMs` left unfinished; gives how many. */
  removeUnfinished(olderThanMs: number): Promise<number>;

  close(): Promise<void>;
}

const keyPattern = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}\/)*[A-Za-z0-9.][A-Za-z0-9._-]{0,252}$/;

/**
 * Insist that a key is one that any back end can hold: names of letters, digits, dots, dashes and underscores,
 * divided by slashes. Keys are made by the server itself, so anything else is a mistake of ours.
 */
export function assertObjectKey(key: string): void {
  if (key.length > 900 || !keyPattern.test(key) || key.includes('..')) {
    throw new Failure('internal', 'an object key of the storage is malformed');
  }
}
