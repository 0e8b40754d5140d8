import { Failure } from '@backup-maker/model';

export interface GateOptions {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

/** Lets a bounded number of tasks run at once; a bounded number waits, in order. */
export interface Gate {
  /** @throws Failure `rate-limited` when too many wait already */
  run<Result>(task: () => Promise<Result>): Promise<Result>;
}

export function createGate({ maxRunning, maxWaiting }: GateOptions): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < maxRunning) {
      running += 1;
      return;
    }
    if (waiting.length >= maxWaiting) {
      throw new Failure('rate-limited', 'too many requests wait for the same thing. Try again in a while');
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** Hands the place on to the next one that waits, so that nobody slips in between. */
  function leave(): void {
    const next = waiting.shift();
    if (next) {
      next();
    } else {
      running -= 1;
    }
  }

  return {
    async run(task) {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
