import { Failure } from '@backup-maker/model';
import type { Gauge } from 'prom-client';

/** The uploads whose bytes this server is taking at the moment. */
export interface RunningUploads {
  /**
   * Begin one; dispose of the result at its end.
   * @throws Failure `unavailable` once the server is draining
   */
  enter(): Disposable;
  isDraining(): boolean;
  /** Let no further one in; resolves when the last has left. */
  drain(): Promise<void>;
}

export function createRunningUploads(gauge: Pick<Gauge, 'set'>): RunningUploads {
  const drained = Promise.withResolvers<void>();
  let running = 0;
  let draining = false;
  const change = (by: 1 | -1) => {
    running += by;
    gauge.set(running);
    if (draining && running === 0) {
      drained.resolve();
    }
  };
  return {
    enter() {
      if (draining) {
        throw new Failure('unavailable', 'the server is shutting down. Try again in a while');
      }
      change(1);
      return { [Symbol.dispose]: () => change(-1) };
    },
    isDraining: () => draining,
    async drain() {
      draining = true;
      if (running > 0) {
        await drained.promise;
      }
    },
  };
}
