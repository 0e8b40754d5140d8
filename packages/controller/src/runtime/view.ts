import type { CacheChange, Informer, KubeObject } from '@backup-maker/kube';

/** The objects of one kind, whether one informer watches all namespaces or several watch one each. */
export interface View<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  list(): Iterable<T>;
  byIndex(index: string, value: string): readonly T[];
  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void;
  onChange(listener: (change: CacheChange<T>) => void): void;
}

export function createView<T extends KubeObject>(informers: readonly Informer<T>[]): View<T> {
  const caches = informers.map((informer) => informer.cache);
  return {
    get size() {
      return caches.reduce((sum, cache) => sum + cache.size, 0);
    },
    get: (key) => {
      for (const cache of caches) {
        const object = cache.get(key);
        if (object) {
          return object;
        }
      }
      return undefined;
    },
    list: () => caches.flatMap((cache) => [...cache.list()]),
    byIndex: (index, value) => caches.flatMap((cache) => cache.byIndex(index, value)),
    addIndex: (index, valuesOf) => {
      for (const cache of caches) {
        cache.addIndex(index, valuesOf);
      }
    },
    onChange: (listener) => {
      for (const informer of informers) {
        informer.onChange(listener);
      }
    },
  };
}
