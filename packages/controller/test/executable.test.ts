import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEnvironment } from './environment.ts';

const executable = new URL('../bin/backup-maker-controller.js', import.meta.url).pathname;

const kubeconfigOf = (server: string) => `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "${server}"}}]
users: [{name: a, user: {token: x}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
current-context: a
`;

describe('the executable', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'controller-executable-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function start(kubeconfig: string, probes = '0'): Promise<ChildProcess> {
    const path = join(folder, 'kubeconfig');
    await writeFile(path, kubeconfig, { mode: 0o600 });
    return spawn(process.execPath, [executable, '--kubeconfig', path, '-v', '-m', '0', '-p', probes], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  async function end(child: ChildProcess): Promise<unknown> {
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
    return { code, signal };
  }

  it('ends when it is told to while the API server is away', async () => {
    const child = await start(kubeconfigOf(`http://127.0.0.1:${await freePort()}`));
    for await (const line of child.stdout ?? []) {
      if (String(line).includes('"listening"')) {
        break;
      }
    }
    expect(await end(child)).toEqual({ code: 0, signal: null });
  });

  it('works and ends when nobody reads its log any more', async () => {
    await using environment = await startEnvironment();
    const connection = environment.controllerConnection;
    if (connection.type !== 'text') {
      return; // Against an API server that was given: its kubeconfig is a file of somebody else's.
    }
    const port = await freePort();
    const child = await start(connection.kubeconfig, `127.0.0.1:${port}`);
    child.stdout?.destroy();
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), {
      timeout: 20_000,
      interval: 50,
    });
    expect(await end(child)).toEqual({ code: 0, signal: null });
  });
});
