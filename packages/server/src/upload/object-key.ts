import type { Collection } from '../documents/collection.ts';

/** Where the bytes of a version go: readable names are for listings by hand, nothing relies on them. */
export function newObjectKey(collection: Collection, id: string, suffix = ''): string {
  return `${collection.name}/${id}${suffix}`;
}
