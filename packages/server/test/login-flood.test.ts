import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startExecutable } from './executable-process.ts';

const mebibyte = 1024 ** 2;
const together = 1000;

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

it.skipIf(process.platform !== 'linux')(
  '1,000 logins at once: a few at a time, the rest turned away, memory bounded, health answers',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flood-'));
    const limits = ['--rate-auth-limit', '100000', '--rate-server-health-limit', '100000'];
    await using server = await startExecutable(folder, limits);
    const login = async (password: string) => {
      const response = await fetch(`${server.url}/api/stable/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password }),
      });
      await response.text();
      return response.status;
    };
    let running = true;
    let mostResidentBytes = 0;
    let longestHealthMs = 0;
    const watch = async () => {
      while (running) {
        const from = performance.now();
        expect((await fetch(`${server.url}/health`)).status).toBe(200);
        longestHealthMs = Math.max(longestHealthMs, performance.now() - from);
        mostResidentBytes = Math.max(mostResidentBytes, await residentBytes(server.pid));
      }
    };
    const watching = watch();
    const statuses = await Promise.all(Array.from({ length: together }, () => login('wrong')));
    running = false;
    await watching;
    const count = (status: number) => statuses.filter((one) => one === status).length;
    // Two are hashed at a time and a hundred wait; who comes when one has left has a place again.
    expect(count(401)).toBeGreaterThanOrEqual(102);
    expect(count(401) + count(429)).toBe(together);
    expect(count(429)).toBeGreaterThan(together / 2);
    // Two hashes of 64 MiB; a thousand would be 62 GiB.
    expect(mostResidentBytes).toBeLessThan(400 * mebibyte);
    expect(longestHealthMs).toBeLessThan(5000);
    expect(await login('admin-password-change-me')).toBe(200);
    await rm(folder, { recursive: true });
  },
  120_000,
);
