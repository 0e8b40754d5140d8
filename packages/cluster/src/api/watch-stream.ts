import type { Writable } from 'node:stream';

export interface WatchStreamOptions {
  readonly response: Writable;
  /** How much a reader may be behind; one that is further behind is cut off, and lists again. */
  readonly maxLagBytes: number;
}

interface Line {
  readonly bytes: number;
  readonly text: () => string;
}

/**
 * The lines of a watch, no faster than its reader takes them. What waits is kept as references to what the store holds
 * anyway, and written out only when its turn comes.
 */
export class WatchStream {
  readonly #options: WatchStreamOptions;
  #waiting: Line[] = [];
  #next = 0;
  #lagBytes = 0;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    options.response.on('drain', () => this.#pump());
    // Its connection broke: the close that follows ends the watch.
    options.response.on('error', () => {});
  }

  /** Adds a line. What is there at the beginning counts 0 bytes: a large list is no lag of the reader. */
  push(text: () => string, bytes: number): void {
    if (this.#isOver()) {
      return;
    }
    this.#waiting.push({ text, bytes });
    this.#lagBytes += bytes;
    this.#pump();
    if (this.#lagBytes > this.#options.maxLagBytes) {
      this.#options.response.destroy();
    }
  }

  /** Ends the stream after what waits has been read. */
  end(): void {
    if (this.#next === this.#waiting.length) {
      this.#options.response.end();
    } else {
      this.#options.response.destroy();
    }
  }

  /** Between its end and its close a stream still gets what happens meanwhile. */
  #isOver(): boolean {
    const { response } = this.#options;
    return response.destroyed || response.writableEnded;
  }

  #pump(): void {
    const { response } = this.#options;
    while (this.#next < this.#waiting.length && !response.writableNeedDrain && !this.#isOver()) {
      const line = this.#waiting[this.#next] as Line;
      this.#next += 1;
      this.#lagBytes -= line.bytes;
      response.write(line.text());
    }
    if (this.#next === this.#waiting.length || this.#next > 1000) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }
}
