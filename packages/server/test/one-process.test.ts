import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimSqlite } from '../src/database/sqlite-claim.ts';
import { executable, jwtKey, startExecutable } from './executable-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'one-process-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Start a server that is expected to end by itself. */
async function refusedStart(...args: readonly string[]) {
  const { promise, resolve } = Promise.withResolvers<{ readonly code: unknown; readonly stderr: string }>();
  const env = { PATH: process.env.PATH, BR_JWT_SECRET_KEY: jwtKey };
  const place = ['--provider', 'filesystem', '--config-local-path', folder, '--listen', '127.0.0.1:0'];
  const all = [executable, ...place, ...args];
  execFile(process.execPath, all, { env, timeout: 20_000 }, (error, _stdout, stderr) =>
    resolve({ code: error?.code, stderr }),
  );
  return promise;
}

it('refuses a second server on the same data folder, and names the first', async () => {
  await using first = await startExecutable(folder);
  const { code, stderr } = await refusedStart('--data-dir', folder);
  expect(stderr).toMatch(
    `another server works with ${join(folder, 'repository.db')}: process ${first.pid} on `,
  );
  expect(code).toBe(2);
  // Whatever else differs: it is the database that two must not write.
  const other = ['--storage-url', 'mem://', '--db-url', `sqlite:${join(folder, 'repository.db')}`];
  expect((await refusedStart('--data-dir', join(folder, 'other'), ...other)).code).toBe(2);
  expect((await fetch(`${first.url}/health`)).status).toBe(200);
});

it('starts after a server that was killed, and after one that ended', async () => {
  const killed = await startExecutable(folder);
  await killed.kill();
  for (const _start of ['after the killed one', 'after one that ended']) {
    const server = await startExecutable(folder);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  }
});

it('is not deceived by a link, and not in the way of databases in memory', async () => {
  const [real, link] = [join(folder, 'repository.db'), join(folder, 'link.db')];
  await writeFile(real, '');
  await symlink(real, link);
  using _held = await claimSqlite(real);
  await expect(claimSqlite(link)).rejects.toMatchObject({ code: 'invalid-input' });
  using _inMemory = await claimSqlite(':memory:');
  using _another = await claimSqlite(':memory:');
});
