import { Failure } from '@backup-maker/model';
import type { ByteSource } from '../storage/storage.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** How long the sender may pause. */
  readonly idleMs: number;
}

/** The same bytes; ends with an error as soon as the signal is aborted or the sender pauses for too long, also while it waits for the next chunk. */
export async function* watchSource(source: ByteSource, { signal, idleMs }: WatchOptions): ByteSource {
  const iterator = source[Symbol.asyncIterator]();
  let fail: (reason: unknown) => void = () => {};
  const abort = () => fail(signal.reason);
  const idle = setTimeout(() => fail(new Failure('timeout', 'nothing was sent for too long')), idleMs);
  signal.addEventListener('abort', abort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) {
        return;
      }
      idle.refresh();
      yield next.value;
    }
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', abort);
    // Not awaited: a source that hangs would hang here too.
    void iterator.return?.().catch(() => {});
  }
}
