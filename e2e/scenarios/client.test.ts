import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createGnupg, hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { aClient } from '../harness/client.ts';
import { aPostgresTable } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { aFlakyConnection } from '../harness/flaky-connection.ts';
import { run } from '../harness/process.ts';
import { aTemporaryFolder } from '../harness/temporary-folder.ts';
import { startWorld } from '../harness/world.ts';

const mebibyte = 1024 * 1024;

describe('the client', () => {
  it.skipIf(!hasPrograms('gpg', 'curl', 'pg_dump', 'pg_restore'))(
    'is not needed: the commands of docs/openpgp.md restore with gpg and curl what it stored, and the other way round',
    async () => {
      await using world = await startWorld();
      await using folder = await aTemporaryFolder();
      await using gnupg = await createGnupg();
      await using table = await aPostgresTable('shop');
      await table.insert('a word in the dump');
      await world.aUserAndACollection('shop');
      const client = await aClient(world, 'shop', folder.path, 'shop');
      const env = {
        ...client.env,
        GNUPGHOME: gnupg.home,
        PGHOST: String(table.params.hostname),
        PGPORT: String(table.params.port),
        PGUSER: String(table.params.user),
        PGPASSWORD: table.password,
      };
      const shell = (text: string) =>
        run(['bash', '-euo', 'pipefail', '-c', `cd "$0"; ${text}`, folder.path], { env });
      const [withPlainPrograms = '', andBack = ''] = await documentedCommands('openpgp.md');

      await client.make('pg_dump -Fc shop', env);
      await shell(collectionOf(world, withPlainPrograms));
      expect(await shell('pg_restore --file=- shop.dump')).toContain('a word in the dump');

      await table.insert('a second word');
      await shell(collectionOf(world, andBack));
      expect(await client.restore('pg_restore --file=-')).toContain('a second word');
    },
  );

  it('stores a backup once and whole over connections that break every 5 MiB, to a server that is killed', async () => {
    await using world = await startWorld({ server: { args: ['--rate-default-limit', '200'] } });
    await using folder = await aTemporaryFolder();
    await using connection = await aFlakyConnection(world.repository.url, 5 * mebibyte);
    await world.aUserAndACollection('stream');
    const client = await aClient(world, 'stream', folder.path);
    const copy = join(folder.path, 'copy');

    const made = client.make(`head -c ${48 * mebibyte} /dev/urandom | tee ${copy}`, {
      BM_URL: connection.url,
    });
    await eventually('some connections have broken', async () => connection.broken() > 2 || undefined);
    await world.server.kill();
    await world.server.start();
    await made;

    expect(await world.versionsOf('stream')).toHaveLength(1);
    const digest = await client.restore('sha256sum', { BM_URL: connection.url });
    const expected = createHash('sha256').update(await readFile(copy));
    expect(digest).toContain(expected.digest('hex'));
  });
});

/** The shell commands of a page, in their order. */
async function documentedCommands(page: string): Promise<readonly string[]> {
  const text = await readFile(resolve(import.meta.dirname, '../../docs', page), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => commands);
}

/** The page's collection has another name on a server that several scenarios use. */
function collectionOf(world: { collectionOf(name: string): string }, commands: string): string {
  return commands.replaceAll('/collection/shop/', `/collection/${world.collectionOf('shop')}/`);
}
