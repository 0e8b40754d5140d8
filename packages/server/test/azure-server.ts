import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { Secret } from '@backup-maker/model';
import { freePort } from '@backup-maker/testing';
import type { AzureLocation } from '../src/storage/azure.ts';
import { untilListening } from './until-listening.ts';

export interface AzureServer {
  /** An empty container. */
  readonly location: AzureLocation;
  stop(): Promise<void>;
}

/** The account that Azurite has for everybody, published in its documentation. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Start Azurite, the Azure storage emulator. */
export async function startAzure(): Promise<AzureServer> {
  const folder = await mkdtemp(join(tmpdir(), 'azure-'));
  const port = await freePort();
  const package_ = createRequire(import.meta.url).resolve('azurite/package.json');
  const program = join(dirname(package_), 'dist/src/blob/main.js');
  const args = [
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    `${port}`,
    '--location',
    folder,
    '--silent',
    '--skipApiVersionCheck',
  ];
  const server = spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
  await untilListening(port);
  const endpoint = `http://127.0.0.1:${port}/${account}`;
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};BlobEndpoint=${endpoint};`;
  await BlobServiceClient.fromConnectionString(connectionString).createContainer('backups');
  return {
    location: {
      kind: 'azure',
      container: 'backups',
      prefix: 'installation-1',
      connectionString: new Secret(connectionString),
    },
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
