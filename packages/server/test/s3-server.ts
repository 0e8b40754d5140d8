import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort } from '@backup-maker/testing';
import type { S3Location } from '../src/storage/s3.ts';
import { untilListening } from './until-listening.ts';

export interface S3Server {
  /** An empty bucket. The credentials are in the environment of this process. */
  readonly location: S3Location;
  /** What the bucket is made of. */
  readonly bucketFolder: string;
  stop(): Promise<void>;
}

/** Start a real S3 server: the Versity gateway, which keeps buckets in a folder. */
export async function startS3(): Promise<S3Server> {
  const program = findProgram('versitygw');
  if (!program) {
    throw new Error('versitygw is not installed');
  }
  const folder = await mkdtemp(join(tmpdir(), 's3-'));
  const port = await freePort();
  const bucketFolder = join(folder, 'backups');
  await mkdir(bucketFolder);
  const credentials = { AWS_ACCESS_KEY_ID: 'test-access', AWS_SECRET_ACCESS_KEY: 'test-secret' };
  Object.assign(process.env, credentials);
  const keys = ['--access', credentials.AWS_ACCESS_KEY_ID, '--secret', credentials.AWS_SECRET_ACCESS_KEY];
  const server = spawn(program, [...keys, '--port', `127.0.0.1:${port}`, 'posix', folder], {
    stdio: 'ignore',
  });
  await untilListening(port);
  return {
    bucketFolder,
    location: {
      kind: 's3',
      bucket: 'backups',
      prefix: 'installation-1',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      forcePathStyle: true,
    },
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
