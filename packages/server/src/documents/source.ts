import type { Kind } from '@backup-maker/model';
import { BackupCollection, BackupUser } from '@backup-maker/model';

/** The kinds of objects that the server reads. */
export const documentKinds = {
  collection: BackupCollection,
  user: BackupUser,
} as const satisfies Readonly<Record<string, Kind>>;

export type DocumentKind = keyof typeof documentKinds | 'secret';

/** An object as it was found, not checked yet. The same object is given again as long as it did not change. */
export type RawDocument = object;

/** What the server knows of a collection, for whoever looks at its definition. */
export interface CollectionReport {
  readonly usedBytes: number;
  readonly versionsCount: number;
  readonly lastBackupAtMs: number | undefined;
  /** Each with its name and message. */
  readonly failedChecks: readonly string[];
  /** Why the definition cannot be used; undefined when it can. */
  readonly problem: string | undefined;
  /** What a Secret that it refers to should hold and does not. */
  readonly secretProblems: readonly string[];
}

/** Where collections, users and Secrets are written down. Names are checked by the caller. */
export interface DocumentSource {
  /** The driver's name, for logs. */
  readonly name: string;
  /**
   * One object; undefined when there is none.
   * @throws Failure `invalid-input` when it can be found but not read as YAML, `unavailable` when the source is away
   */
  find(kind: DocumentKind, name: string): Promise<RawDocument | undefined>;
  /** The names of all objects of a kind, in alphabetical order. */
  names(kind: DocumentKind): Promise<readonly string[]>;
  /** Resolves when the source can be used; rejects with the reason when it cannot. */
  check(): Promise<void>;
  /** Write the state of a collection to its status; left out by sources whose objects have none. */
  reportCollection?(name: string, report: CollectionReport): Promise<void>;
  /** The same for a user. */
  reportUser?(name: string, secretProblems: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
