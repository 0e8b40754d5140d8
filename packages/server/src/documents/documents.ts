import { Failure, parseResource, type Secret } from '@backup-maker/model';
import { type Collection, parseCollection } from './collection.ts';
import { createReader, type DocumentProblem, findRaw } from './reader.ts';
import { type HealthCodeRef, readHealthCodeRef, readSecretEntry, type SecretEntry } from './secret-entry.ts';
import { type CollectionReport, type DocumentSource, documentKinds } from './source.ts';
import { parseUser, type User } from './user.ts';

/** The collections, users and Secrets that the configuration describes, parsed and current. */
export interface Documents {
  /** @throws Failure `unavailable` when it is there but not valid, or the source is away */
  findCollection(name: string): Promise<Collection | undefined>;
  /** Every valid collection, by name. */
  listCollections(): Promise<readonly Collection[]>;
  /** @throws Failure `unavailable` when it is there but not valid, or the source is away */
  findUser(name: string): Promise<User | undefined>;
  /** Every valid user, by name. */
  listUsers(): Promise<readonly User[]>;
  /** An entry of a Secret, as it stands there; undefined when there is none. */
  findSecret(entry: SecretEntry): Promise<Secret | undefined>;
  /** Where the health code of a collection is, also of one that is otherwise not valid; undefined when there is no such collection. */
  findHealthCodeRef(collection: string): Promise<HealthCodeRef | undefined>;
  /** Objects that were asked for and not valid. */
  problems(): readonly DocumentProblem[];
  /** Tell the state of a collection to its source; nothing where that holds none. */
  reportCollection(name: string, report: CollectionReport): Promise<void>;
  /** Tell the same of a user: what the Secrets that it refers to should hold and do not. */
  reportUser(name: string, secretProblems: readonly string[]): Promise<void>;
  /** Rejects with the reason when the source cannot be used. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface DocumentsOptions {
  readonly source: DocumentSource;
  /** Told once of each version of an object that is not valid, and of fields that nobody knows. */
  readonly onWarning: (message: string) => void;
}

export function createDocuments({ source, onWarning }: DocumentsOptions): Documents {
  const collections = createReader({
    source,
    onWarning,
    kind: 'collection',
    parse: (raw) => {
      const { resource, warnings } = parseResource(documentKinds.collection, raw);
      return { name: resource.metadata.name, value: parseCollection(resource), warnings };
    },
  });
  const users = createReader({
    source,
    onWarning,
    kind: 'user',
    parse: (raw) => {
      const { resource, warnings } = parseResource(documentKinds.user, raw);
      return { name: resource.metadata.name, value: parseUser(resource), warnings };
    },
  });
  const findSecret = async ({ name, entry }: SecretEntry) => {
    const raw = await findRaw(source, 'secret', name);
    return raw === undefined || raw instanceof Failure ? undefined : readSecretEntry(raw, entry);
  };
  return {
    findCollection: collections.find,
    listCollections: collections.list,
    findUser: users.find,
    listUsers: users.list,
    findSecret,
    async findHealthCodeRef(collection) {
      const raw = await findRaw(source, 'collection', collection);
      return raw instanceof Failure ? { kind: 'unreadable' } : raw && readHealthCodeRef(raw);
    },
    problems: () => [...collections.problems(), ...users.problems()],
    reportCollection: async (name, report) => source.reportCollection?.(name, report),
    reportUser: async (name, secretProblems) => source.reportUser?.(name, secretProblems),
    check: () => source.check(),
    close: () => source.close(),
  };
}
