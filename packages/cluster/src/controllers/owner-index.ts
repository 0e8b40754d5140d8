import type { KubeObject } from '../object.ts';
import type { Registry } from '../resources/registry.ts';
import type { Store } from '../store/store.ts';

export interface Located {
  readonly resource: string;
  readonly object: KubeObject;
}

/** Finds objects by uid and children by the uid of their owner, without looking through everything. */
export class OwnerIndex {
  readonly #byUid = new Map<string, Located>();
  readonly #children = new Map<string, Map<string, Located>>();

  constructor(store: Store, registry: Registry) {
    for (const type of registry.stored()) {
      for (const { object } of store.list(type.storageKey)) {
        this.#add({ resource: type.storageKey, object });
      }
    }
    store.subscribe(({ type, resource, entry, previous }) => {
      if (previous !== undefined) {
        this.#remove(previous.object);
      }
      if (type !== 'DELETED') {
        this.#add({ resource, object: entry.object });
      }
    });
  }

  find(uid: string): Located | undefined {
    return this.#byUid.get(uid);
  }

  childrenOf(uid: string): readonly Located[] {
    return [...(this.#children.get(uid)?.values() ?? [])];
  }

  /** Every object that has an owner. */
  *owned(): Iterable<Located> {
    for (const children of this.#children.values()) {
      yield* children.values();
    }
  }

  #add(located: Located): void {
    const { uid, ownerReferences = [] } = located.object.metadata;
    this.#byUid.set(uid, located);
    for (const owner of ownerReferences) {
      const children = this.#children.get(owner.uid) ?? new Map<string, Located>();
      this.#children.set(owner.uid, children.set(uid, located));
    }
  }

  #remove(object: KubeObject): void {
    const { uid, ownerReferences = [] } = object.metadata;
    this.#byUid.delete(uid);
    for (const owner of ownerReferences) {
      const children = this.#children.get(owner.uid);
      children?.delete(uid);
      if (children?.size === 0) {
        this.#children.delete(owner.uid);
      }
    }
  }
}
