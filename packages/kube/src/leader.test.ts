import { expect, it, vi } from 'vitest';
import { createMemoryApi } from '../test/memory-api.ts';
import { createClient } from './client.ts';
import { startLeaderElection } from './leader.ts';

const lease = { namespace: 'n', name: 'lock' };
const path = '/apis/coordination.k8s.io/v1/namespaces/n/leases/lock';

function setup() {
  const api = createMemoryApi();
  const client = createClient({ transport: api.transport, fieldManager: 'tester' });
  const leaders = new Set<string>();
  let most = 0;
  const campaign = (identity: string) =>
    startLeaderElection({
      client,
      lease,
      identity,
      leaseDurationMs: 200,
      renewDeadlineMs: 120,
      retryMs: 20,
      lead: async (signal) => {
        leaders.add(identity);
        most = Math.max(most, leaders.size);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        leaders.delete(identity);
      },
    });
  return { api, leaders, campaign, mostAtOnce: () => most };
}

it('lets one lead, and another at once when the first is closed', async () => {
  const { leaders, campaign, mostAtOnce } = setup();
  const first = campaign('first');
  await vi.waitFor(() => expect([...leaders]).toEqual(['first']));
  await using second = campaign('second');
  await first.close();
  await vi.waitFor(() => expect(second.isLeader()).toBe(true));
  expect(first.isLeader()).toBe(false);
  expect(mostAtOnce()).toBe(1);
});

it('takes over from one that died, after its lease has run out', async () => {
  const { api, campaign } = setup();
  api.put(path, {
    metadata: { namespace: 'n' },
    spec: { holderIdentity: 'dead', leaseDurationSeconds: 0, renewTime: 't' },
  });
  const startedAt = Date.now();
  await using second = campaign('second');
  await vi.waitFor(() => expect(second.isLeader()).toBe(true));
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(200);
  expect(api.read(path)).toMatchObject({ spec: { holderIdentity: 'second', leaseTransitions: 1 } });
});

it('leaves a lease to its holder for as long as that one said, not as long as it would hold it itself', async () => {
  const { api, campaign } = setup();
  api.put(path, {
    metadata: { namespace: 'n' },
    spec: { holderIdentity: 'slow', leaseDurationSeconds: 1, renewTime: 't' },
  });
  const startedAt = Date.now();
  await using second = campaign('second');
  await vi.waitFor(() => expect(second.isLeader()).toBe(true), { timeout: 5000 });
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1000);
});

it('stops leading when it cannot renew, before others may take the lease', async () => {
  const { api, leaders, campaign } = setup();
  await using first = campaign('first');
  await vi.waitFor(() => expect(leaders.size).toBe(1));
  api.failNext('/leases/', 503, 1000);
  await vi.waitFor(() => expect(leaders.size).toBe(0));
  expect(first.isLeader()).toBe(false);
});

it('stops leading at once when another holds the lease', async () => {
  const { api, leaders, campaign } = setup();
  await using _ = campaign('first');
  await vi.waitFor(() => expect(leaders.size).toBe(1));
  api.put(path, {
    metadata: { namespace: 'n' },
    spec: { holderIdentity: 'thief', leaseDurationSeconds: 60, renewTime: 'x' },
  });
  await vi.waitFor(() => expect(leaders.size).toBe(0));
});

it('gives the lease back when the work failed, and tries again', async () => {
  const api = createMemoryApi();
  const client = createClient({ transport: api.transport, fieldManager: 'tester' });
  const lead = vi.fn(async () => {
    throw new Error('cannot work');
  });
  const onError = vi.fn();
  await using _ = startLeaderElection({ client, lease, identity: 'a', retryMs: 10, lead, onError });
  await vi.waitFor(() => expect(lead.mock.calls.length).toBeGreaterThan(1));
  expect(onError.mock.calls[0]?.[0]).toMatchObject({ message: 'cannot work' });
  await vi.waitFor(() => expect(api.read(path)).toMatchObject({ spec: { holderIdentity: '' } }));
});
