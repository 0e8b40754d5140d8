import type { Entry } from './history.ts';

/** The objects of one resource, in the order of their keys (`namespace/name`), as lists must give them. */
export class Shelf {
  readonly #entries = new Map<string, Entry>();
  #sorted: Entry[] | undefined;

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  put(entry: Entry): void {
    this.#entries.set(entry.key, entry);
    this.#sorted = undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
    this.#sorted = undefined;
  }

  /** Sorted when somebody asks, not at every write. */
  sorted(): readonly Entry[] {
    this.#sorted ??= [...this.#entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return this.#sorted;
  }

  inNamespace(namespace: string): readonly Entry[] {
    const sorted = this.sorted();
    const first = firstAtOrAfter(sorted, `${namespace}/`);
    // '0' is the character after '/': the first key past the namespace.
    return sorted.slice(first, firstAtOrAfter(sorted, `${namespace}0`));
  }
}

export function firstAtOrAfter(sorted: readonly Entry[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.key ?? '') < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
