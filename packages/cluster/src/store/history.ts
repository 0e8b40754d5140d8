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

export interface HistoryOptions {
  readonly maxEvents: number;
  /** How much text the events may hold; memory is a small multiple of it. */
  readonly maxBytes: number;
  readonly revision: number;
}

/** The last changes, for watches that resume: bounded in number and size, the oldest go first. */
export class History {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  #bytes = 0;
  #events: StoreEvent[] = [];
  /** Every change after this revision is known. */
  #completeSince: number;

  constructor(options: HistoryOptions) {
    this.#maxEvents = options.maxEvents;
    this.#maxBytes = options.maxBytes;
    this.#completeSince = options.revision;
  }

  get completeSince(): number {
    return this.#completeSince;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    this.#bytes += event.entry.json.length;
    // Dropped by halves, so that the cost of moving the array is spread over many events.
    if (this.#events.length >= this.#maxEvents * 2 || this.#bytes >= this.#maxBytes * 2) {
      this.compact(Math.min(this.#maxEvents, this.#countWithin(this.#maxBytes)));
    }
  }

  /** Forgets all but the newest events, as etcd's compaction does. */
  compact(keep: number): void {
    const dropped = this.#events.length - keep;
    if (dropped > 0) {
      this.#completeSince = this.#events[dropped - 1]?.revision ?? this.#completeSince;
      this.#events = this.#events.slice(dropped);
      this.#bytes = this.#events.reduce((sum, event) => sum + event.entry.json.length, 0);
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

  /** How many of the newest events fit into so many bytes. */
  #countWithin(maxBytes: number): number {
    let bytes = 0;
    const first = this.#events.findLastIndex((event) => {
      bytes += event.entry.json.length;
      return bytes > maxBytes;
    });
    return this.#events.length - first - 1;
  }
}
