import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePassword } from '@backup-maker/server';
import { type MeasuredProcess, startMeasured } from './process.ts';

const executable = join(import.meta.dirname, '../../packages/server/bin/backup-repository.js');
const group = 'backups.riotkit.org/v1alpha1';

export interface MeasuredRepository extends MeasuredProcess {
  readonly token: string;
}

/** Start a repository with the collections `c0` … in a folder, and log in; `env` may name another database. */
export async function startMeasuredRepository(
  folder: string,
  collections: number,
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredRepository> {
  const config = join(folder, 'config');
  const write = async (plural: string, name: string, document: object) => {
    const path = join(config, 'backup-repository', group, plural);
    await mkdir(path, { recursive: true });
    await writeFile(
      join(path, `${name}.yaml`),
      JSON.stringify({ apiVersion: group, metadata: { name }, ...document }),
    );
  };
  const password = await encodePassword('bench');
  await write('backupusers', 'bench', { kind: 'BackupUser', spec: { roles: ['systemAdmin'], password } });
  for (let index = 0; index < collections; index += 1) {
    await write('backupcollections', `c${index}`, {
      kind: 'BackupCollection',
      spec: {
        description: 'bench',
        filenameTemplate: 'v${version}',
        maxBackupsCount: 1,
        maxOneVersionSize: '4G',
        maxCollectionSize: '8G',
        strategyName: 'fifo',
      },
    });
  }
  const args = [
    '--provider',
    'filesystem',
    '--config-local-path',
    config,
    '--data-dir',
    join(folder, 'data'),
  ];
  // An upload of a stream would wait for its sender to take it back, which is not what is measured.
  const limits = ['--rate-default-limit', '100000', '--upload-settle-time', '0s'];
  const server = await startMeasured(
    [executable, ...args, ...limits, '--listen', '127.0.0.1:0', '--log-level', 'info'],
    { ...env, BR_JWT_SECRET_KEY: 'a key that is long enough for HS256' },
  );
  return Object.assign(server, { token: await login(server.url) });
}

async function login(url: string): Promise<string> {
  const response = await fetch(`${url}/api/stable/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'bench', password: 'bench' }),
  });
  const { data } = (await response.json()) as { data: { token: string } };
  return data.token;
}
