import { randomBytes } from 'node:crypto';
import { mkdtemp, open, opendir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { expect, it, vi } from 'vitest';
import { type ExecutableProcess, jwtKey, startExecutable } from './executable-process.ts';
import { findInMemory } from './process-memory.ts';

const adminPassword = 'admin-password-change-me';
const versions = '/api/stable/repository/collection/iwa-ait/version';

async function filesBelow(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile()) {
      paths.push(join(entry.parentPath, entry.name));
    }
  }
  return paths;
}

async function contentOf(path: string): Promise<Buffer> {
  await using handle = await open(path);
  return handle.readFile();
}

async function login({ url }: ExecutableProcess): Promise<string> {
  const response = await fetch(`${url}/api/stable/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: adminPassword }),
  });
  return ((await response.json()) as { data: { token: string } }).data.token;
}

// /proc/<pid>/mem: a core dump without the dump.
it.skipIf(process.platform !== 'linux' || !hasPrograms('gpg'))(
  'nothing of what is in a backup is anywhere in the server: files, database, log, memory',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'canary-'));
    await using gnupg = await createGnupg();
    await gnupg.run(['--passphrase', '', '--quick-generate-key', 'a@example.org', 'future-default']);
    const canary = `canary-${randomBytes(16).toString('hex')}`;
    const message = await gnupg.run(
      ['--recipient', 'a@example.org', '--compress-algo', 'none', '--encrypt'],
      canary.repeat(10_000),
    );
    await using server = await startExecutable(folder, [
      '--log-level',
      'trace',
      '--rate-default-limit',
      '99',
    ]);
    const token = await login(server);
    const call = (method: string, path: string, body?: Buffer) =>
      fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body ? { body: new Uint8Array(body) } : {}),
      });
    expect((await call('POST', versions, message)).status).toBe(200);
    expect((await call('POST', versions, message.subarray(0, 1000))).status).toBe(422);
    const back = Buffer.from(await (await call('GET', `${versions}/latest`)).arrayBuffer());
    expect(back.equals(message)).toBe(true);

    // The stored bytes must be found, or the search would prove nothing.
    const ciphertext = message.subarray(2000, 2032);
    const files = await filesBelow(folder);
    const contents = await Promise.all(files.map(contentOf));
    expect(contents.some((content) => content.includes(ciphertext))).toBe(true);
    for (const secret of [canary, token, jwtKey, adminPassword]) {
      const where = files.filter((_, index) => contents[index]?.includes(secret));
      expect(where).toEqual([]);
      expect(server.output()).not.toContain(secret);
    }
    // An upload that is under way, so that there are bytes of one in the memory.
    const upload = request(server.url + versions, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-length': message.length },
    });
    upload.on('error', () => {}).write(message.subarray(0, 100_000));
    await vi.waitFor(async () => {
      const [plain, encrypted, key] = await findInMemory(
        server.pid,
        [canary, ciphertext, jwtKey].map((text) => Buffer.from(text)),
      );
      expect({ plain, encrypted, key }).toEqual({ plain: false, encrypted: true, key: true });
    });
    upload.destroy();
    await rm(folder, { recursive: true });
  },
);
