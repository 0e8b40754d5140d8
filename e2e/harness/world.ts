import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@backup-maker/testing';
import { onTestFailed } from 'vitest';
import { parseComponentSet } from '../../scripts/release/component-set.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { checkoutsOf, executable } from './component-set.ts';
import { type Kubectl, kubectlWith } from './kubectl.ts';
import { type Part, restartable, startController, startServer } from './parts.ts';
import { run, tailOf } from './process.ts';
import { type Repository, repositoryAt } from './repository.ts';
import { type UserActions, userActions } from './user-actions.ts';

const root = resolve(import.meta.dirname, '../..');

/** A cluster with server and controller, and what a user does with it. */
export interface World extends UserActions, AsyncDisposable {
  readonly namespace: string;
  readonly kubectl: Kubectl;
  readonly repository: Repository;
  readonly server: Part;
  readonly controller: Part;
}

/** Start cluster, server and controller, in the versions of the set that `release.env` names. */
export async function startWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const logs = join(root, '.build', 'logs', randomUUID());
  await mkdir(logs, { recursive: true });
  onTestFailed(() => showLogs(logs));
  const checkouts = checkoutsOf(root, parseComponentSet(await readFile(join(root, 'release.env'), 'utf8')));
  const cluster = stack.use(await openCluster({ root, folder: logs, given: process.env.E2E_KUBECONFIG }));
  const kubectl = kubectlWith(cluster.kubeconfig);
  await kubectl.run(['apply', '-f', join(root, 'charts/crds')]);
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  await kubectl.run(['create', 'namespace', namespace]);
  stack.defer(async () => {
    await kubectl.run(['delete', 'namespace', namespace, '--wait=false']);
  });

  const repository = repositoryAt(`http://${addressForPods(cluster)}:${await freePort()}`);
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  const serverCommand = executable(checkouts, 'server');
  const server = await restartable(stack, () =>
    startServer(serverCommand, { repository, folder, logs, namespace, env }),
  );
  const controllerCommand = executable(checkouts, 'controller');
  const controller = await restartable(stack, () =>
    startController(controllerCommand, { logs, namespace, env }),
  );
  const password = randomBytes(18).toString('base64url');
  const encodedPassword = (
    await run([...serverCommand, '--encode-password', '-'], { input: password })
  ).trim();
  const user = { name: 'somebody', password, encodedPassword };
  const started = stack.move();
  return {
    ...userActions({ kubectl, namespace, repository, user }),
    namespace,
    kubectl,
    repository,
    server,
    controller,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Pods of a real node reach this machine through the bridge of their network. */
function addressForPods(cluster: Cluster): string {
  return cluster.kind === 'embedded' ? '127.0.0.1' : (process.env.E2E_HOST_ADDRESS ?? '10.244.0.1');
}

/** What happened, for who reads a failed scenario; the whole logs stay in `.build/logs`. */
async function showLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith('.log')) {
      process.stderr.write(`\n== end of ${join(folder, name)}\n${await tailOf(join(folder, name))}\n`);
    }
  }
}
