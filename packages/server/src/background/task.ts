import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.ts';
import { releaseLease, renewLease, takeLease } from '../database/leases.ts';

export interface BackgroundTaskOptions {
  readonly name: string;
  readonly database: Database;
  readonly logger: FastifyBaseLogger;
  /** A random id of this server. */
  readonly holder: string;
  readonly intervalMs: number;
  /** 0 up to 1; spreads the servers. */
  readonly random: () => number;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface BackgroundTask {
  /** Ends the current run early and waits for it. */
  stop(): Promise<void>;
}

const leaseMs = 60_000;

/** Do something again and again, in one server at a time. A run that fails is logged, and the next one comes. */
export function startBackgroundTask(options: BackgroundTaskOptions): BackgroundTask {
  const stopping = new AbortController();
  const finished = loop(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function loop(options: BackgroundTaskOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(options.intervalMs * (0.5 + options.random()), signal);
    if (!signal.aborted) {
      await runOnce(options, signal).catch((error: unknown) => {
        options.logger.warn(
          { err: error, task: options.name },
          'a background task failed; it is tried again',
        );
      });
    }
  }
}

async function runOnce(options: BackgroundTaskOptions, signal: AbortSignal): Promise<void> {
  const { database, holder, name, run } = options;
  const claim = { name: `task/${name}`, holder, durationMs: leaseMs };
  if (!(await takeLease(database, claim))) {
    return;
  }
  const lost = new AbortController();
  const renewing = setInterval(() => {
    renewLease(database, claim).then(
      (held) => held || lost.abort(),
      () => lost.abort(),
    );
  }, leaseMs / 3);
  try {
    await run(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewing);
    await releaseLease(database, claim.name, holder);
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    signal.addEventListener('abort', end);
  });
}
