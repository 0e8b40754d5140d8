import { Secret } from '@backup-maker/model';
import { expect, it } from 'vitest';
import { dumpTool } from './backup.ts';
import { loadConfig } from './config.ts';
import { archiveTool } from './restore/prepare.ts';
import { psqlTool } from './restore/psql.ts';
import { commandLine } from './tool.ts';

const secret = new Secret('hunter2');
const env = { PGPASSWORD: secret.reveal() };

function toolOf(argv: readonly string[], more = {}) {
  const config = loadConfig(['db', ...argv], { ...env, ...more }, '1.2.3');
  if (config.operation === 'help') {
    throw new Error(config.text);
  }
  if (config.operation === 'backup') {
    return commandLine(dumpTool(config));
  }
  return commandLine(
    config.database === undefined
      ? psqlTool({ ...config, database: 'br_restore_new_0123456789abcdef' })
      : archiveTool(config, { hasDatabase: true }),
  );
}

const connection = ['--host=127.0.0.1', '--port=5432', '--username=postgres', '--no-password'];

it.each([
  [
    ['backup', '-d', 'shop', '-Z', '0', '--', '--no-owner'],
    [
      'pg_dump',
      ...connection,
      "--dbname=dbname='shop'",
      '--format=custom',
      '--clean',
      '--create',
      '--compress=0',
      '--no-owner',
    ],
  ],
  [
    ['backup'],
    [
      'pg_dumpall',
      ...connection,
      "--dbname=dbname='postgres'",
      '--clean',
      '--if-exists',
      '--exclude-database=br_empty_conn_db',
      '--exclude-database=br_restore_new_*',
      '--exclude-database=br_restore_old_*',
    ],
  ],
  [
    ['restore', '-d', 'shop', '--no-owner', '--', '--no-comments'],
    ['pg_restore', '--file=-', '--no-owner', '--no-comments'],
  ],
  [
    ['restore'],
    [
      'psql',
      ...connection,
      "--dbname=dbname='br_restore_new_0123456789abcdef'",
      '--no-psqlrc',
      '--quiet',
      '--no-align',
      '--tuples-only',
      '--set=ON_ERROR_STOP=1',
    ],
  ],
])('%j runs the right tool, without the password among its arguments', (argv, expected) => {
  const { program, args } = toolOf(argv);
  expect([program, ...args]).toEqual(expected);
});

it('runs the tool in a container of the version asked for', () => {
  const { program, args } = toolOf(['backup', '-d', 'shop'], {
    PGBR_USE_CONTAINER: 'true',
    POSTGRES_VERSION: '16',
  });
  expect([program, ...args].join(' ')).toMatch(
    /^docker run --rm --interactive --network=host --env=PGPASSWORD --env=PGOPTIONS --env=LC_ALL --entrypoint=pg_dump postgres:16 --host=/,
  );
});

it.each([
  [{ PGBR_USE_CONTAINER: 'true' }],
  [{ PGBR_USE_CONTAINER: 'true', POSTGRES_VERSION: '16 --privileged' }],
])('refuses the container settings %j', (settings) => {
  expect(() => toolOf(['backup'], settings)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
});
