import { expect, it, vi } from 'vitest';
import { createMemoryApi } from '../test/memory-api.ts';
import { createClient } from './client.ts';
import { createEventRecorder } from './event.ts';

const about = { apiVersion: 'x.org/v1', kind: 'Box', metadata: { namespace: 'n', name: 'a', uid: 'u1' } };
const note = { type: 'Warning', reason: 'MissingLid', message: 'no lid' } as const;

function setup() {
  const api = createMemoryApi();
  const client = createClient({ transport: api.transport, fieldManager: 'tester' });
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => now, after: () => () => {} };
  const onError = vi.fn();
  const recorder = () => createEventRecorder({ client, component: 'tester', clock, onError });
  const stored = () => {
    const path =
      api.requests.findLast((request) => request.startsWith('PATCH'))?.slice('PATCH '.length) ?? '';
    return api.read(path) as unknown as Record<string, unknown>;
  };
  const writes = () => api.requests.filter((request) => request.startsWith('PATCH')).length;
  const pass = (ms: number) => {
    now += ms;
  };
  return { api, recorder, stored, writes, pass, onError };
}

it('writes an event about the object', async () => {
  const { recorder, stored } = setup();
  await recorder().record(about, note);
  expect(stored()).toMatchObject({
    ...note,
    count: 1,
    involvedObject: { kind: 'Box', name: 'a', uid: 'u1' },
    firstTimestamp: '2026-01-01T00:00:00Z',
  });
});

it('counts a repetition without a write, until some time has passed', async () => {
  const { recorder, stored, writes, pass } = setup();
  const events = recorder();
  for (let index = 0; index < 10; index += 1) {
    await events.record(about, note);
  }
  expect(writes()).toBe(1);
  pass(6 * 60_000);
  await events.record(about, note);
  expect(stored()).toMatchObject({
    count: 11,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:06:00Z',
  });
});

it('writes into the same event when only the message changed, also after a restart', async () => {
  const { recorder, stored } = setup();
  await recorder().record(about, note);
  await recorder().record(about, { ...note, message: 'still no lid' });
  expect(stored()).toMatchObject({ count: 2, message: 'still no lid' });
});

it('reports an event that could not be written, and fails nothing else', async () => {
  const { api, recorder, onError } = setup();
  api.failNext('PATCH', 500);
  await recorder().record(about, note);
  expect(onError).toHaveBeenCalledOnce();
});
