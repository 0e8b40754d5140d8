import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  hasPrograms,
  type MariaDb,
  type Postgres,
  runProgram,
  startMariaDb,
  startPostgres,
} from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { runPod } from './run-pod.ts';

const executable = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;
const password = 'correct horse battery';

interface Standalone extends AsyncDisposable {
  readonly repository: string;
  readonly kubeconfig: string;
}

async function startStandalone(folder: string): Promise<Standalone> {
  const server = executable('server/bin/backup-repository.js');
  const encoded = await runProgram(process.execPath, [server, '--encode-password', '-'], { input: password });
  await writeFile(join(folder, 'objects.yaml'), accountObjects(encoded.trim()));
  const child = spawn(
    process.execPath,
    [
      executable('standalone/bin/backup-standalone.js'),
      ...['--data-dir', join(folder, 'data'), '--apply', join(folder, 'objects.yaml'), '--json'],
      ...['--listen', '127.0.0.1:0', '--repository-listen', '127.0.0.1:0'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let messages = '';
  child.stderr.on('data', (chunk) => {
    messages = (messages + chunk).slice(-4000);
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`backup-standalone does not start: ${messages}`);
  });
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  ended.catch(() => {});
  return {
    ...(JSON.parse(line) as { repository: string; kubeconfig: string }),
    [Symbol.asyncDispose]: async () => {
      const stopped = once(child, 'close');
      child.kill('SIGTERM');
      await stopped;
    },
  };
}

function accountObjects(encodedPassword: string): string {
  const namespace = 'backup-repository';
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'shop', namespace },
      stringData: { password: encodedPassword },
    },
    {
      apiVersion: 'backups.riotkit.org/v1alpha1',
      kind: 'BackupUser',
      metadata: { name: 'shop', namespace },
      spec: { email: 'shop@example.org', roles: [], passwordFromRef: { name: 'shop', entry: 'password' } },
    },
    ...['mariadb', 'postgres'].map((name) => ({
      apiVersion: 'backups.riotkit.org/v1alpha1',
      kind: 'BackupCollection',
      metadata: { name, namespace },
      spec: {
        description: name,
        filenameTemplate: `${name}-\${version}.gpg`,
        maxBackupsCount: 9,
        maxOneVersionSize: '100M',
        maxCollectionSize: '1G',
        strategyName: 'fifo',
        accessControl: [
          { userName: 'shop', roles: ['backupUploader', 'backupDownloader', 'uploadsAnytime'] },
        ],
      },
    })),
  ];
  return objects.map((object) => `---\n${stringify(object)}`).join('');
}

const programs = ['kubectl', 'strip', 'postgres', 'mariadbd', 'mariadb-dump', 'mariadb-install-db'];

describe.skipIf(!hasPrograms(...programs))('one definition, with the real client and server', () => {
  let folder: string;
  let standalone: Standalone;
  let mariadb: MariaDb;
  let postgres: Postgres;
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'end-to-end-'));
    await mkdir(at('bin'));
    for (const [name, launcher] of [
      ['backup-maker', 'client/bin/backup-maker.js'],
      ['pgbr', 'pgbr/bin/pgbr.js'],
    ] as const) {
      const script = `#!/bin/sh\nexec '${process.execPath}' '${executable(launcher)}' "$@"\n`;
      await writeFile(at(`bin/${name}`), script, { mode: 0o755 });
    }
    // One by one into place: what has started is stopped even when another does not start.
    await Promise.all([
      startStandalone(folder).then((started) => {
        standalone = started;
      }),
      startMariaDb().then((started) => {
        mariadb = started;
      }),
      startPostgres().then((started) => {
        postgres = started;
      }),
    ]);
    await client(['keygen', '--email', 'shop@example.org', '--output', at('key')]);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([standalone, mariadb, postgres].map((server) => server?.[Symbol.asyncDispose]()));
    await rm(folder, { recursive: true, force: true });
  });

  const path = () => `${at('bin')}:${postgres?.binFolder ?? ''}:${process.env.PATH}`;
  const client = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runProgram(at('bin/backup-maker'), args, { env: { HOME: folder, ...env } });
  const kubectl = (...args: readonly string[]) =>
    runProgram('kubectl', ['--kubeconfig', standalone.kubeconfig, '-n', 'apps', ...args]);

  async function writeDefinition(template: string, params: object, helmValues: object = {}): Promise<void> {
    const login = ['login', '--url', standalone.repository, '--username', 'shop'];
    const token = (await client(login, { BM_PASSWORD: password })).trim();
    const definition = {
      Params: params,
      Repository: { url: standalone.repository, collectionId: template, token },
      // The node of this cluster runs pods as processes of this machine; here the tests are root, or alone.
      HelmValues: {
        securityContext: { runAsUser: process.getuid?.() ?? 0, runAsNonRoot: false },
        ...helmValues,
      },
    };
    await writeFile(at(`${template}.yaml`), stringify(definition));
  }

  async function generate(
    template: string,
    operation: 'backup' | 'restore',
    more: readonly string[] = [],
  ): Promise<void> {
    const key = at(operation === 'backup' ? 'key.pub.asc' : 'key.key.asc');
    const files = ['--template', template, '--definition', at(`${template}.yaml`), '--gpg-key-path', key];
    const names = [
      '--output-dir',
      at(`${template}-${operation}`),
      '--k8s-name',
      template,
      '--k8s-namespace',
      'apps',
    ];
    await client(['generate', operation, ...files, ...names, ...more]);
  }

  const servers = {
    mariadb: {
      params: () => ({ port: mariadb.port, db: 'shop', user: 'shop"per', password: `pa$$ "w'rd` }),
      create: () =>
        mariadb.query(`CREATE USER 'shop"per' IDENTIFIED BY 'pa$$ "w''rd'; GRANT ALL ON *.* TO 'shop"per';
          CREATE DATABASE shop; USE shop;
          CREATE TABLE orders AS SELECT seq AS id, SHA2(seq, 256) AS note FROM seq_1_to_1000`),
      damage: () => mariadb.query('USE shop; DELETE FROM orders WHERE id > 10; CREATE TABLE junk (id INT)'),
      state: () => mariadb.query('USE shop; SHOW TABLES; SELECT COUNT(*), SUM(CRC32(note)) FROM orders'),
    },
    postgres: {
      params: () => ({
        hostname: postgres.host,
        port: postgres.port,
        db: 'shop',
        password: postgres.password,
      }),
      create: async () => {
        await postgres.query('CREATE DATABASE shop');
        await postgres.query(
          'CREATE TABLE orders AS SELECT id, md5(id::text) AS note FROM generate_series(1, 1000) AS id',
          'shop',
        );
      },
      damage: () => postgres.query('DELETE FROM orders WHERE id > 10; CREATE TABLE junk (id int)', 'shop'),
      state: () =>
        postgres.query(
          "SELECT count(*), md5(string_agg(note, '' ORDER BY id)), to_regclass('junk') FROM orders",
          'shop',
        ),
    },
  } as const;

  describe.each(['mariadb', 'postgres'] as const)('%s', (template) => {
    const server = servers[template];
    let before: string;

    beforeAll(async () => {
      await server.create();
      before = await server.state();
      await writeDefinition(template, server.params());
    });

    it('backs up and restores by scripts that stand alone', async () => {
      await generate(template, 'backup');
      await generate(template, 'restore');
      // As cron runs it: hardly any environment, another folder.
      const run = (operation: string) =>
        runProgram('env', [
          '-i',
          `PATH=${path()}`,
          `HOME=${folder}`,
          at(`${template}-${operation}/${operation}.sh`),
        ]);
      await run('backup');
      await server.damage();
      expect(await server.state()).not.toBe(before);
      await run('restore');
      expect(await server.state()).toBe(before);
    });

    it('backs up and restores by manifests in the embedded cluster', async () => {
      await generate(template, 'backup', ['--kubernetes']);
      await generate(template, 'restore', ['--kubernetes']);
      await kubectl('apply', '-f', at(`${template}-backup/backup.yaml`));
      await kubectl('create', 'job', `${template}-now`, `--from=cronjob/${template}-backup`);
      await kubectl('wait', '--for=condition=complete', `job/${template}-now`, '--timeout=40s');
      await server.damage();
      await kubectl('apply', '-f', at(`${template}-restore/restore.yaml`));
      await kubectl('wait', '--for=condition=complete', `job/${template}-restore`, '--timeout=40s');
      expect(await server.state()).toBe(before);
      const [, files] = parseAllDocuments(await readFile(at(`${template}-backup/backup.yaml`), 'utf8'));
      expect(files?.getIn(['data', 'gpg-key'])).toBeDefined();
    }, 100_000);
  });

  it('injects the single executable into an image that has bash and the dump program alone', async () => {
    const server = servers.postgres;
    await postgres.query('DROP DATABASE IF EXISTS shop');
    await server.create();
    const before = await server.state();
    await writeDefinition('postgres', server.params(), { inject: true, image: 'postgres:18' });
    await runProgram(process.execPath, [
      executable('../scripts/binaries/build.ts'),
      at('root/usr/local/bin'),
      '--only',
      'backup-maker',
    ]);
    await mkdir(at('image'));
    await symlink('/bin/bash', at('image/bash'));
    const run = async (operation: 'backup' | 'restore') => {
      await generate('postgres', operation, ['--kubernetes']);
      const manifests = await readFile(at(`postgres-${operation}/${operation}.yaml`), 'utf8');
      await runPod({ manifests, root: at('root'), path: `${at('image')}:${postgres.binFolder}` });
    };
    await run('backup');
    await server.damage();
    await run('restore');
    expect(await server.state()).toBe(before);
    expect((await lstat(at('root/opt/backup-maker/bin/pgbr'))).isSymbolicLink()).toBe(true);
  }, 100_000);
});
