import { expect, it, vi } from 'vitest';
import { KubeError } from './error.ts';
import { createWorkQueue } from './queue.ts';
import { type Reconcile, type ReconcileOutcome, startReconcileLoop } from './reconcile.ts';

function setup(reconcile: Reconcile, workers = 2) {
  const queue = createWorkQueue({ backoff: { baseMs: 1, maxMs: 1 } });
  const outcomes: ReconcileOutcome[] = [];
  const loop = startReconcileLoop({
    queue,
    reconcile,
    workers,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return { queue, outcomes, loop };
}

it('tries again after a failure, and reports both', async () => {
  let attempts = 0;
  const { queue, outcomes, loop } = setup(async () => {
    attempts += 1;
    if (attempts === 1) {
      throw new Error('not yet');
    }
    return {};
  });
  await using _ = loop;
  queue.add('a');
  await vi.waitFor(() => expect(outcomes).toHaveLength(2));
  expect(outcomes[0]?.error).toMatchObject({ message: 'not yet' });
  expect(outcomes[1]).not.toHaveProperty('error');
  expect(queue.failures('a')).toBe(0);
});

it('never works on one key twice at a time, and on several keys at once', async () => {
  const running = new Set<string>();
  let most = 0;
  const { queue, outcomes, loop } = setup(async (key) => {
    expect(running.has(key)).toBe(false);
    running.add(key);
    most = Math.max(most, running.size);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running.delete(key);
    return {};
  }, 8);
  await using _ = loop;
  for (let round = 0; round < 5; round += 1) {
    for (const key of ['a', 'b', 'c']) {
      queue.add(key);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await vi.waitFor(() => expect(outcomes.length).toBeGreaterThanOrEqual(6));
  expect(outcomes.filter(({ error }) => error)).toEqual([]);
  expect(most).toBe(3);
});

it('comes again when the reconcile asked for it', async () => {
  const reconcile = vi.fn(async () => ({ requeueAfterMs: 1 }));
  const { queue, loop } = setup(reconcile);
  await using _ = loop;
  queue.add('a');
  await vi.waitFor(() => expect(reconcile.mock.calls.length).toBeGreaterThan(2));
});

it('waits as long as the API server asked', async () => {
  const { queue, outcomes, loop } = setup(async () => {
    throw new KubeError('api', 'slow down', { status: 429, retryAfterMs: 60_000 });
  });
  await using _ = loop;
  queue.add('a');
  await vi.waitFor(() => expect(outcomes).toHaveLength(1));
  expect(outcomes[0]?.retryInMs).toBe(60_000);
});

it('aborts what is running when it is closed, and waits for it', async () => {
  const finished = vi.fn();
  const { queue, outcomes, loop } = setup(async (_key, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    finished();
    throw new Error('aborted');
  });
  queue.add('a');
  await vi.waitFor(() => expect(queue.depth).toBe(0));
  await loop.close();
  expect(finished).toHaveBeenCalledOnce();
  expect(outcomes).toEqual([]);
});
