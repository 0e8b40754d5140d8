import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keptSecret } from './kept-secret.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-secret-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('makes a secret once, for its owner alone', async () => {
  const first = await keptSecret(folder, 'jwt-key');
  expect((await keptSecret(folder, 'jwt-key')).reveal()).toBe(first.reveal());
  expect(first.reveal()).toMatch(/^[0-9a-f]{64}$/);
  expect((await stat(join(folder, 'jwt-key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['jwt-key']);
});

it('makes different secrets for different names', async () => {
  const [one, two] = await Promise.all([keptSecret(folder, 'one'), keptSecret(folder, 'two')]);
  expect(one.reveal()).not.toBe(two.reveal());
});

it('refuses a file that was cut off, and keeps it', async () => {
  await writeFile(join(folder, 'jwt-key'), 'ab');
  await expect(keptSecret(folder, 'jwt-key')).rejects.toThrow('holds no usable secret');
});
