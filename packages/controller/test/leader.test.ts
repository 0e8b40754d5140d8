import type { KubeObject } from '@backup-maker/kube';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Config } from '../src/config.ts';
import { kinds } from '../src/kinds.ts';
import { run } from '../src/run.ts';
import { type Environment, scheduledBackup, startEnvironment, wait } from './environment.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment[Symbol.asyncDispose]());

function replica(identity: string, config: Partial<Config> = {}) {
  const stop = new AbortController();
  const lines: { readonly message: string; readonly fields: Record<string, unknown> }[] = [];
  const write = (fields: object, message: string) => {
    lines.push({ message, fields: fields as Record<string, unknown> });
  };
  const finished = run({
    identity,
    signal: stop.signal,
    logger: { debug: write, info: write, warn: write, error: write },
    config: {
      connection: environment.controllerConnection,
      namespaces: [environment.namespace],
      metrics: { host: '127.0.0.1', port: 0 },
      probes: { host: '127.0.0.1', port: 0 },
      leaderElection: { namespace: environment.namespace, name: 'lock' },
      logLevel: 'info',
      injectImage: undefined,
      workers: 2,
      notes: [],
      ...config,
    },
  });
  const said = (message: string) => lines.some((line) => line.message === message);
  const endpoint = (name: string) =>
    lines.find((line) => line.message === 'listening')?.fields[name] as string;
  const close = async () => {
    stop.abort();
    await finished;
  };
  return { said, endpoint, close, [Symbol.asyncDispose]: close };
}

it('works with one of two replicas, and with the other when the first stops', async () => {
  const first = replica('first');
  await vi.waitFor(() => expect(first.said('leading')).toBe(true), wait);
  await using second = replica('second');
  await environment.apply(scheduledBackup('led'));
  const child = { namespace: environment.namespace, name: 'led-backup' };
  await vi.waitFor(() => environment.client.get<KubeObject>(kinds.secret, child), wait);
  expect(second.said('leading')).toBe(false);
  expect((await fetch(`${second.endpoint('probes')}/readyz`)).status).toBe(200);
  await first.close();
  await vi.waitFor(() => expect(second.said('leading')).toBe(true), wait);
  await environment.client.delete(kinds.secret, child);
  await vi.waitFor(() => environment.client.get<KubeObject>(kinds.secret, child), wait);
});

it('answers probes and metrics', async () => {
  await using only = replica('only', { leaderElection: undefined });
  await vi.waitFor(() => expect(only.said('controller is ready')).toBe(true), wait);
  await vi.waitFor(
    async () => expect((await fetch(`${only.endpoint('probes')}/readyz`)).status).toBe(200),
    wait,
  );
  expect((await fetch(`${only.endpoint('probes')}/healthz`)).status).toBe(200);
  expect((await fetch(`${only.endpoint('probes')}/other`)).status).toBe(404);
  expect((await fetch(`${only.endpoint('probes')}/healthz`, { method: 'POST' })).status).toBe(405);
  await vi.waitFor(async () => {
    const text = await (await fetch(`${only.endpoint('metrics')}/metrics`)).text();
    expect(text).toContain('backup_controller_reconciles_total{kind="ScheduledBackup",result="success"}');
    expect(text).toMatch(/backup_controller_watch_last_heard_seconds\{resource="secrets"\} \d/);
    expect(text).toMatch(
      /backup_controller_next_run_timestamp_seconds\{namespace="[^"]+",name="led"\} \d{10}/,
    );
    expect(text).toMatch(/backup_controller_expected_interval_seconds\{namespace="[^"]+",name="led"\} 86400/);
    expect(text).toContain('backup_controller_queue_depth{kind="RequestedBackupAction"} 0');
    expect(text).toContain('backup_controller_leader 1');
  }, wait);
});
