import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '@backup-maker/testing';
import { type Kubectl, kubectlWith } from './kubectl.ts';
import { keepObjects, openLogFolder } from './log-folder.ts';
import { type Part, restartable } from './parts.ts';
import { type Daemon, run, startDaemon, tailOf } from './process.ts';
import { type Repository, repositoryAt } from './repository.ts';
import { type UserActions, userActions } from './user-actions.ts';

const root = resolve(import.meta.dirname, '../..');

/** `backup-standalone` with all its parts in one process, and what a user does with it. */
export interface StandaloneWorld extends UserActions, AsyncDisposable {
  readonly namespace: string;
  readonly kubectl: Kubectl;
  readonly repository: Repository;
  readonly process: Part;
}

/** The users' objects are where standalone looks for them, so that one namespace holds everything. */
const namespace = 'backup-repository';

export async function startStandaloneWorld(folder: string): Promise<StandaloneWorld> {
  await using stack = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true });
  const logs = await openLogFolder(root);
  const [apiPort, repositoryPort] = [await freePort(), await freePort()];
  const part = await restartable(stack, () => startStandalone({ folder, logs, apiPort, repositoryPort }));
  const kubectl = kubectlWith(join(folder, 'data/kubeconfig'));
  const repository = repositoryAt(`http://127.0.0.1:${repositoryPort}`);
  const password = randomBytes(18).toString('base64url');
  const encode = [node, join(root, 'packages/server/bin/backup-repository.js'), '--encode-password', '-'];
  const encodedPassword = (await run(encode, { input: password })).trim();
  const user = { name: 'somebody', password, encodedPassword };
  stack.defer(() => keepObjects(kubectl, namespace, logs));
  const started = stack.move();
  return {
    ...userActions({ kubectl, namespace, repository, user, accounts: namespace, prefix: '' }),
    namespace,
    kubectl,
    repository,
    process: part,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

const node = join(root, 'node_modules/node/bin/node');

interface StandaloneOptions {
  readonly folder: string;
  readonly logs: string;
  readonly apiPort: number;
  readonly repositoryPort: number;
}

async function startStandalone(options: StandaloneOptions): Promise<Daemon> {
  const executable = join(root, 'packages/standalone/bin/backup-standalone.js');
  const args = [
    ...['--data-dir', join(options.folder, 'data'), '--listen', `127.0.0.1:${options.apiPort}`],
    ...['--repository-listen', `127.0.0.1:${options.repositoryPort}`, '--json'],
  ];
  const daemon = startDaemon([node, executable, ...args], process.env, join(options.logs, 'standalone.log'));
  if ((await daemon.firstLine) === undefined) {
    throw new Error(`backup-standalone did not start:\n${await tailOf(daemon.logFile)}`);
  }
  return daemon;
}
