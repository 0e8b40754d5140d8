import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const executable = join(import.meta.dirname, '../../packages/server/bin/backup-repository.js');
const password = 'password-of-the-benchmark';

export interface Repository {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The real server on a free loopback port, with one user and a collection without limits to speak of. */
export async function startRepository(folder: string): Promise<Repository> {
  const hash = await output([executable, '--encode-password', '-'], password);
  const objects = join(folder, 'config/backup-repository/backups.riotkit.org/v1alpha1');
  await writeObject(objects, 'backupusers', 'bench', {
    kind: 'BackupUser',
    spec: { email: 'bench@example.org', roles: ['systemAdmin'], password: hash.trim() },
  });
  await writeObject(objects, 'backupcollections', 'bench', {
    kind: 'BackupCollection',
    spec: {
      description: 'benchmark',
      filenameTemplate: 'bench-${version}',
      maxBackupsCount: 1,
      maxOneVersionSize: '100G',
      maxCollectionSize: '250G',
      strategyName: 'fifo',
      accessControl: [
        { userName: 'bench', roles: ['backupUploader', 'backupDownloader', 'collectionManager'] },
      ],
    },
  });
  const documents = ['--provider', 'filesystem', '--config-local-path', join(folder, 'config')];
  // What curl sends from a pipe would wait for its sender to take it back, which is not what is measured.
  const args = [...documents, '--upload-settle-time', '0s'];
  const child = spawn(
    process.execPath,
    [executable, ...args, '--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0'],
    {
      env: { PATH: process.env.PATH, BR_JWT_SECRET_KEY: '0123456789abcdef0123456789abcdef' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = /Server listening at (http:[^"]+)/.exec(line)?.[1] ?? '';
    if (url !== '') {
      break;
    }
  }
  child.stdout.resume();
  const reply = await fetch(`${url}/api/stable/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'bench', password }),
  });
  const { data } = (await reply.json()) as { data: { token: string } };
  return {
    url,
    token: data.token,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function writeObject(folder: string, plural: string, name: string, object: object): Promise<void> {
  await mkdir(join(folder, plural), { recursive: true });
  const whole = { apiVersion: 'backups.riotkit.org/v1alpha1', metadata: { name }, ...object };
  await writeFile(join(folder, plural, `${name}.yaml`), JSON.stringify(whole));
}

async function output(args: readonly string[], input: string): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  return (await child.stdout.toArray()).join('');
}
