import { type KubeObject, objectKey } from './object.ts';

export type CacheChange<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T };

/** The objects of one informer by `namespace/name`, with indices. Objects are shared: never change one. */
export interface Cache<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  list(): IterableIterator<T>;
  /** The objects under `value` of an index made with `addIndex`. */
  byIndex(index: string, value: string): readonly T[];
  /** Keep an index: `valuesOf` says under which values an object is found. */
  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void;
  put(object: T): void;
  remove(object: KubeObject): void;
  /** Make the cache equal to a fresh list; only real differences are told. */
  replaceAll(objects: readonly T[]): void;
  onChange(listener: (change: CacheChange<T>) => void): () => void;
}

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly keys: Map<string, Set<string>>;
}

export function createCache<T extends KubeObject>(
  transform: (object: T) => T = (object) => object,
): Cache<T> {
  const objects = new Map<string, T>();
  const indices = new Map<string, Index<T>>();
  const listeners = new Set<(change: CacheChange<T>) => void>();

  function store(key: string, object: T | undefined, previous: T | undefined): void {
    for (const index of indices.values()) {
      previous && unindex(index, key, previous);
      object && enter(index, key, object);
    }
    if (object) {
      objects.set(key, object);
    } else {
      objects.delete(key);
    }
  }

  function tell(change: CacheChange<T>): void {
    for (const listener of listeners) {
      listener(change);
    }
  }

  const cache: Cache<T> = {
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    list: () => objects.values(),
    byIndex: (name, value) => {
      const keys = indices.get(name)?.keys.get(value) ?? [];
      return [...keys].flatMap((key) => objects.get(key) ?? []);
    },
    addIndex: (name, valuesOf) => {
      const index: Index<T> = { valuesOf, keys: new Map() };
      indices.set(name, index);
      for (const [key, object] of objects) {
        enter(index, key, object);
      }
    },
    put: (incoming) => {
      const key = objectKey(incoming.metadata);
      const previous = objects.get(key);
      if (previous && sameVersion(previous, incoming)) {
        return;
      }
      const object = transform(incoming);
      store(key, object, previous);
      tell(previous ? { type: 'updated', object, previous } : { type: 'added', object });
    },
    remove: (gone) => {
      const key = objectKey(gone.metadata);
      const previous = objects.get(key);
      if (previous) {
        store(key, undefined, previous);
        tell({ type: 'deleted', object: previous });
      }
    },
    replaceAll: (list) => {
      const present = new Set(list.map((object) => objectKey(object.metadata)));
      for (const [key, object] of [...objects]) {
        present.has(key) || cache.remove(object);
      }
      for (const object of list) {
        cache.put(object);
      }
    },
    onChange: (listener) => {
      listeners.add(listener);
      for (const object of [...objects.values()]) {
        listener({ type: 'added', object });
      }
      return () => listeners.delete(listener);
    },
  };
  return cache;
}

/** The same stored state: the uid tells an object apart from one that was deleted and made again. */
function sameVersion(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.resourceVersion !== undefined &&
    a.metadata.resourceVersion === b.metadata.resourceVersion &&
    a.metadata.uid === b.metadata.uid
  );
}

function enter<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = index.keys.get(value);
    keys ? keys.add(key) : index.keys.set(value, new Set([key]));
  }
}

function unindex<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = index.keys.get(value);
    if (keys?.delete(key) && keys.size === 0) {
      index.keys.delete(value);
    }
  }
}
