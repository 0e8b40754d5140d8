import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram, freePort } from '@backup-maker/testing';
import type { StorageOptions } from '@google-cloud/storage';
import type { GcsLocation } from '../src/storage/gcs.ts';
import { untilListening } from './until-listening.ts';

export interface GcsServer {
  /** An empty bucket. */
  readonly location: GcsLocation;
  readonly client: StorageOptions;
  stop(): Promise<void>;
}

/** Start fake-gcs-server, an emulator of Google Cloud Storage. */
export async function startGcs(): Promise<GcsServer> {
  const program = findProgram('fake-gcs-server');
  if (!program) {
    throw new Error('fake-gcs-server is not installed');
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    '-scheme',
    'http',
    '-host',
    '127.0.0.1',
    '-port',
    `${port}`,
    '-backend',
    'memory',
    '-external-url',
    url,
  ];
  const server = spawn(program, args, { stdio: 'ignore' });
  await untilListening(port);
  const created = await fetch(`${url}/storage/v1/b?project=test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'backups' }),
  });
  if (!created.ok) {
    throw new Error(`cannot make the bucket: ${await created.text()}`);
  }
  return {
    location: { kind: 'gcs', bucket: 'backups', prefix: 'installation-1' },
    client: { apiEndpoint: url, projectId: 'test' },
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    },
  };
}
