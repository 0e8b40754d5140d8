import { type KubeObject, withMetadata } from '../object.ts';
import { StatusError } from '../status-error.ts';
import { type Database, openDatabase } from './database.ts';
import { type Entry, History, type StoreEvent } from './history.ts';
import { Shelf } from './shelf.ts';

export interface StoreOptions {
  readonly file: string;
  /** How many changes a watch may be behind before it gets 410. */
  readonly maxHistory: number;
  readonly maxHistoryBytes?: number;
  /** Told what a listener threw: the write that it was told of is done, and others must hear of it. */
  readonly onListenerError: (error: unknown) => void;
}

const defaultHistoryBytes = 32 * 1024 * 1024;

type Listener = (event: StoreEvent) => void;

/**
 * Every object of the cluster. SQLite is the truth: a write is on the disk before it is visible to anybody. Reads come
 * from memory, where the objects are held parsed. All of it is synchronous, so that checks and writes of one request
 * can't interleave with another's.
 */
export class Store {
  readonly #database: Database;
  readonly #shelves = new Map<string, Shelf>();
  readonly #listeners = new Set<Listener>();
  readonly history: History;
  readonly #onListenerError: (error: unknown) => void;
  #revision: number;

  constructor(options: StoreOptions) {
    this.#onListenerError = options.onListenerError;
    this.#database = openDatabase(options.file);
    this.#revision = this.#database.loadRevision();
    this.history = new History({
      maxEvents: options.maxHistory,
      maxBytes: options.maxHistoryBytes ?? defaultHistoryBytes,
      revision: this.#revision,
    });
    for (const row of this.#database.loadObjects()) {
      const object = JSON.parse(row.body) as KubeObject;
      const key = `${row.namespace}/${row.name}`;
      this.#shelf(row.resource).put({ key, revision: row.revision, object, json: row.body });
    }
  }

  /** The revision of the last write: the resourceVersion of a list made now. */
  get revision(): number {
    return this.#revision;
  }

  get(resource: string, namespace: string, name: string): KubeObject | undefined {
    return this.#shelves.get(resource)?.get(`${namespace}/${name}`)?.object;
  }

  /** Entries in key order; all namespaces where none is given. */
  list(resource: string, namespace?: string): readonly Entry[] {
    const shelf = this.#shelves.get(resource);
    if (shelf === undefined) {
      return [];
    }
    return namespace === undefined ? shelf.sorted() : shelf.inNamespace(namespace);
  }

  /** Creates or replaces an object and gives it the next resourceVersion. */
  put(resource: string, object: KubeObject): KubeObject {
    const { namespace = '', name } = object.metadata;
    const revision = this.#revision + 1;
    const stored = withMetadata(object, { resourceVersion: String(revision) });
    const json = JSON.stringify(stored);
    this.#database.commit({ type: 'put', row: { resource, namespace, name, revision, body: json } });
    const shelf = this.#shelf(resource);
    const entry: Entry = { key: `${namespace}/${name}`, revision, object: stored, json };
    const previous = shelf.get(entry.key);
    shelf.put(entry);
    this.#publish({ type: previous ? 'MODIFIED' : 'ADDED', resource, revision, entry, previous });
    return stored;
  }

  /** Removes an object; the answer has the resourceVersion of the removal, as watchers see it. */
  delete(resource: string, namespace: string, name: string): KubeObject {
    const key = `${namespace}/${name}`;
    const shelf = this.#shelf(resource);
    const previous = shelf.get(key);
    if (previous === undefined) {
      throw new StatusError('NotFound', `${resource} "${name}" not found`);
    }
    const revision = this.#revision + 1;
    const object = withMetadata(previous.object, { resourceVersion: String(revision) });
    this.#database.commit({ type: 'delete', row: { resource, namespace, name, revision } });
    shelf.delete(key);
    const entry: Entry = { key, revision, object, json: JSON.stringify(object) };
    this.#publish({ type: 'DELETED', resource, revision, entry, previous });
    return object;
  }

  /** Calls the listener after every write, in order, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#database.close();
  }

  #publish(event: StoreEvent): void {
    this.#revision = event.revision;
    this.history.add(event);
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  #shelf(resource: string): Shelf {
    const known = this.#shelves.get(resource);
    if (known !== undefined) {
      return known;
    }
    const shelf = new Shelf();
    this.#shelves.set(resource, shelf);
    return shelf;
  }
}
