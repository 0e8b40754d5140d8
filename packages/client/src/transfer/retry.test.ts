import { PassThrough } from 'node:stream';
import { Failure } from '@backup-maker/model';
import { expect, it } from 'vitest';
import { createLogger } from '../log.ts';
import { patientRetry, retrying, startRetry } from './retry.ts';

function harness(failures: readonly Failure[], patienceMs = 10_000) {
  const left = [...failures];
  const waits: number[] = [];
  let time = 0;
  const result = retrying(
    async (progress) => {
      const failure = left.shift();
      if (failure?.details.progress) {
        progress();
      }
      if (failure) {
        throw failure;
      }
      return 'done';
    },
    {
      patienceMs,
      signal: new AbortController().signal,
      random: () => 0,
      clock: () => time,
      onRetry: (_failure, waitMs) => {
        waits.push(waitMs);
        time += waitMs;
      },
    },
  );
  return { result, waits };
}

const reset = new Failure('network', 'reset');

it('waits longer after each failure', async () => {
  const { result, waits } = harness([reset, reset, reset]);
  expect(await result).toBe('done');
  expect(waits).toEqual([125, 250, 500]);
});

it('does not try again before the server allows it', async () => {
  const { result, waits } = harness([
    new Failure('rate-limited', 'slow', { details: { retryAfterSeconds: 1 } }),
  ]);
  expect(await result).toBe('done');
  expect(waits).toEqual([1000]);
});

it.each([
  ['a refusal', [new Failure('quota-exceeded', 'full')], 'full'],
  ['no patience left', [reset, reset, reset, reset, new Failure('network', 'last')], 'last'],
])('gives up after %s', async (_name, failures, message) => {
  await expect(harness(failures, 1_900).result).rejects.toThrow(message);
});

it('goes on for as long as there is progress', async () => {
  const slow = new Failure('network', 'reset', { details: { progress: true } });
  const { result, waits } = harness([slow, slow, slow, slow, slow, slow], 200);
  expect(await result).toBe('done');
  expect(waits).toEqual([125, 125, 125, 125, 125, 125]);
});

it('waits at the start for a collection whose last uploader was killed, and not much longer', () => {
  const server = { url: new URL('http://localhost'), token: undefined, timeoutMs: 1_200_000 };
  const interruptible = {
    logger: createLogger('silent', new PassThrough()),
    signal: new AbortController().signal,
  };
  const leaseMs = 60_000;
  expect(startRetry(server, interruptible).patienceMs).toBeGreaterThan(leaseMs);
  expect(startRetry(server, interruptible).patienceMs).toBeLessThan(2 * leaseMs);
  expect(startRetry({ ...server, timeoutMs: 1000 }, interruptible).patienceMs).toBe(1000);
  expect(patientRetry(server, interruptible).patienceMs).toBe(server.timeoutMs);
});
