import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@backup-maker/model';

/**
 * The first signal that asks to end. Called first of all: as the first process of a container a program without a
 * handler hears no signal, and elsewhere one that comes between listening and a handler ends running uploads.
 * A second signal of the same kind ends the process at once.
 */
export function nextEndSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
  return promise;
}

/** A start that is under way may take so long before it is given up. */
const longestStartMs = 10_000;

/**
 * What starts, also when it is asked to end meanwhile: it may have requests already, which are to end first.
 * @throws Failure `cancelled` when it was asked to end and still has not started some seconds later
 */
export async function startedDespite<Started>(
  asked: Promise<unknown>,
  starting: Promise<Started>,
  graceMs = longestStartMs,
): Promise<Started> {
  const started = new AbortController();
  const givenUp = asked.then(async () => {
    await delay(graceMs, undefined, { signal: started.signal });
    throw new Failure('cancelled', 'it was asked to end before it had started');
  });
  // Also when it is not waited for any more.
  givenUp.catch(() => {});
  try {
    return await Promise.race([starting, givenUp]);
  } finally {
    started.abort();
  }
}
