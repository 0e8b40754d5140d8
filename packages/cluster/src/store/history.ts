import type { KubeObject } from '../object.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One object as the store keeps it: parsed, and as the text that lists and watches send. */
export interface Entry {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  readonly json: string;
}

export interface StoreEvent {
  readonly type: EventType;
  readonly resource: string;
  readonly revision: number;
  /** The object after the change; for DELETED as it was last, with the revision of the deletion. */
  readonly entry: Entry;
  readonly previous: Entry | undefined;
}

/** The last changes, for watches that resume: bounded, the oldest go first. */
export class History {
  readonly #maxEvents: number;
  #events: StoreEvent[] = [];
  /** Every change after this revision is known. */
  #completeSince: number;

  constructor(options: { readonly maxEvents: number; readonly revision: number }) {
    this.#maxEvents = options.maxEvents;
    this.#completeSince = options.revision;
  }

  get completeSince(): number {
    return this.#completeSince;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    // Dropped by halves, so that the cost of moving the array is spread over many events.
    if (this.#events.length >= this.#maxEvents * 2) {
      this.compact(this.#maxEvents);
    }
  }

  /** Forgets all but the newest events, as etcd's compaction does. */
  compact(keep: number): void {
    const dropped = this.#events.length - keep;
    if (dropped > 0) {
      this.#completeSince = this.#events[dropped - 1]?.revision ?? this.#completeSince;
      this.#events = this.#events.slice(dropped);
    }
  }

  /** Changes after a revision, oldest first, or undefined where some of them are forgotten. */
  after(revision: number): readonly StoreEvent[] | undefined {
    if (revision < this.#completeSince) {
      return undefined;
    }
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return this.#events.slice(low);
  }
}
