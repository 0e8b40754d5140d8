import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startExistingServer } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { executable } from '../harness/component-set.ts';
import { run } from '../harness/process.ts';
import { aTemporaryFolder } from '../harness/temporary-folder.ts';
import { startWorld, type World } from '../harness/world.ts';
import { existingBackup, existingFailedBackup } from './existing-client.ts';

const collections = Array.from({ length: 10 }, (_, index) => `c${index}`);
const rounds = 5;
/** Within the two seconds that the client takes; the time to settle is two. */
const longestCancelMs = 1800;

async function anArmoredMessage(world: World, folder: string): Promise<Buffer> {
  const program = executable(world.components.checkouts, 'backup-maker');
  await run([...program, 'keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')]);
  await using server = await startExistingServer();
  await run([...program, 'make', '-k', join(folder, 'k.pub.asc'), '-c', 'seq 1 20000'], {
    env: { ...process.env, BM_URL: server.url, BM_AUTH_TOKEN: server.token, BM_COLLECTION_ID: 'c' },
  });
  return server.versions[0] ?? Buffer.alloc(0);
}

describe('a client of an existing installation', () => {
  it('stores every backup that it means to store, and none of a command that failed', async () => {
    await using world = await startWorld({ server: { args: ['--rate-default-limit', '1000'] } });
    await using folder = await aTemporaryFolder();
    const body = await anArmoredMessage(world, folder.path);
    for (const name of collections) {
      await world.aUserAndACollection(name, { maxBackupsCount: rounds });
    }
    const token = await world.token();
    const everywhere = (send: (collection: string, index: number) => Promise<unknown>) =>
      Promise.all(collections.map((name, index) => send(world.collectionOf(name), index)));
    const upload = (collection: string) => ({ url: world.repository.url, token, collection, body });
    const numbers = async () =>
      Promise.all(
        collections.map(async (name) =>
          (await world.versionsOf(name)).map((version) => version.versionNumber),
        ),
      );

    const statuses: unknown[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await everywhere(async (collection) => statuses.push(await existingBackup(upload(collection))));
    }
    expect(statuses).toEqual(Array(collections.length * rounds).fill(200));
    const good = await numbers();
    expect(good).toEqual(Array(collections.length).fill([1, 2, 3, 4, 5]));

    for (let round = 1; round <= rounds; round += 1) {
      await everywhere((collection, index) =>
        existingFailedBackup(
          upload(collection),
          (longestCancelMs * (index + round / rounds)) / collections.length,
        ),
      );
    }
    // An upload that the server took for whole would be recorded by the time that a last good one is.
    expect(await existingBackup(upload(world.collectionOf('c0')))).toBe(200);
    expect(await numbers()).toEqual([[2, 3, 4, 5, 6], ...good.slice(1)]);
  });
});

describe('scripts of an existing installation', () => {
  /** Calls as they stand in scripts that people have, quotes in quotes included, in our own wording. */
  const backup = `#!/bin/bash
set -e
backup-maker make --url "$URL" -c "tar -C \\"$DATA\\" -czf - ." --key "$KEYS/k.pub.asc" --recipient ops@example.org --log-level info
`;
  const restore = `#!/bin/bash
set -e
export RESTORE_VERSION=\${RESTORE_VERSION:-latest}
backup-maker restore --url "$URL" -c "bash -c \\"tar -C '$DATA' -xzf -\\"" --private-key "$KEYS/k.key.asc" --recipient ops@example.org --log-level info --version=\${RESTORE_VERSION}
`;

  it.each(['our server', 'an existing server'])('back up to %s and restore, unchanged', async (which) => {
    await using world = await startWorld();
    await using folder = await aTemporaryFolder();
    await using existing = await startExistingServer();
    await world.aUserAndACollection('files');
    const program = executable(world.components.checkouts, 'backup-maker');
    const data = join(folder.path, 'data');
    const quoted = program.map((word) => `'${word}'`).join(' ');
    await writeFile(join(folder.path, 'backup-maker'), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
    await writeFile(join(folder.path, 'backup.sh'), backup, { mode: 0o755 });
    await writeFile(join(folder.path, 'restore.sh'), restore, { mode: 0o755 });
    await run([...program, 'keygen', '--email', 'ops@example.org', '--output', join(folder.path, 'k')]);
    const isOurs = which === 'our server';
    const env = {
      ...process.env,
      PATH: `${folder.path}:${process.env.PATH}`,
      URL: isOurs ? world.repository.url : existing.url,
      DATA: data,
      KEYS: folder.path,
      BM_AUTH_TOKEN: isOurs ? await world.token() : existing.token,
      BM_COLLECTION_ID: world.collectionOf('files'),
      BM_PASSPHRASE: '',
    };
    const shell = (text: string, more: Readonly<Record<string, string>> = {}) =>
      run(['bash', '-euc', text], { env: { ...env, ...more } });

    await shell('mkdir "$DATA"; echo first > "$DATA/a file"; "$KEYS/backup.sh"');
    await shell('echo second > "$DATA/a file"; "$KEYS/backup.sh"; rm -r "$DATA"; mkdir "$DATA"');
    await shell('"$KEYS/restore.sh"');
    expect(await readFile(join(data, 'a file'), 'utf8')).toBe('second\n');
    await shell('"$KEYS/restore.sh"', { RESTORE_VERSION: '1' });
    expect(await readFile(join(data, 'a file'), 'utf8')).toBe('first\n');
  });
});
