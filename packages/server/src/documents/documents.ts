import { Failure, parseResource, type Secret } from '@backup-maker/model';
import { type Collection, parseCollection } from './collection.ts';
import { createReader, type DocumentProblem, findRaw } from './reader.ts';
import { readHealthSecretRef, readSecretEntry, type SecretEntry } from './secret-entry.ts';
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
  /** An entry of a Secret; undefined when there is none. */
  findSecret(entry: SecretEntry): Promise<Secret | undefined>;
  /** The health secret of a collection, also of one that is otherwise not valid. */
  findHealthSecret(collection: string): Promise<Secret | undefined>;
  /** Objects that were asked for and not valid. */
  problems(): readonly DocumentProblem[];
  /** Tell the state of a collection to its source; nothing where that holds none. */
  reportCollection(name: string, report: CollectionReport): Promise<void>;
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
    findSecret,
    async findHealthSecret(collection) {
      const raw = await findRaw(source, 'collection', collection);
      const ref = raw === undefined || raw instanceof Failure ? undefined : readHealthSecretRef(raw);
      return ref && findSecret(ref);
    },
    problems: () => [...collections.problems(), ...users.problems()],
    reportCollection: async (name, report) => source.reportCollection?.(name, report),
    check: () => source.check(),
    close: () => source.close(),
  };
}
