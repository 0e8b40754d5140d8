/** Adds up how long a stream kept its reader waiting. */
export class Stopwatch {
  #elapsedMs = 0;

  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Pass a stream on, timing each wait for its next piece. */
  async *timed<T>(stream: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const asked = performance.now();
        const { done, value } = await iterator.next();
        this.#elapsedMs += performance.now() - asked;
        if (done) {
          return;
        }
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
}

/** Where the time of a backup went, for a person: the rest is the network and the server. */
export function describeTimes(times: {
  readonly totalMs: number;
  readonly source: Stopwatch;
  /** Includes `source`, from which it reads. */
  readonly encryption: Stopwatch;
}): string {
  const { totalMs, source, encryption } = times;
  const share = (ms: number): string => `${Math.round((100 * Math.max(0, ms)) / totalMs)}%`;
  const encryptionMs = encryption.elapsedMs - source.elapsedMs;
  const networkMs = totalMs - source.elapsedMs - encryptionMs;
  return `${(totalMs / 1000).toFixed(1)} s: waiting for the command ${share(source.elapsedMs)}, encrypting ${share(encryptionMs)}, waiting for the network ${share(networkMs)}`;
}
