import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@backup-maker/testing';
import { type Cable, layCable } from './cable.ts';
import { openCluster } from './cluster.ts';
import { type Components, executable, readComponents } from './component-set.ts';
import { type Kubectl, kubectlWith } from './kubectl.ts';
import { keepObjects, openLogFolder } from './log-folder.ts';
import {
  type Part,
  restartable,
  running,
  type ServerSettings,
  startController,
  startServer,
} from './parts.ts';
import { run } from './process.ts';
import { type Repository, repositoryAt } from './repository.ts';
import { componentKubeconfig } from './service-account.ts';
import { readSettings, type Settings } from './settings.ts';
import { type UserActions, userActions } from './user-actions.ts';

const root = resolve(import.meta.dirname, '../..');

/** A cluster with server and controller, and what a user does with it. */
export interface World extends UserActions, AsyncDisposable {
  readonly namespace: string;
  readonly kubectl: Kubectl;
  readonly repository: Repository;
  readonly server: Part;
  readonly controller: Part;
  /** Where the controller's /healthz and /readyz are. */
  readonly controllerProbes: string;
  readonly components: Components;
  /** Between the controller and the API server; only where the scenario asked for it. */
  readonly cable: Cable | undefined;
  readonly logs: string;
}

export interface WorldOptions {
  /** What is different with the server of this scenario. */
  readonly server?: ServerSettings;
  /** The controller reaches the API server through a cable that the scenario can cut. */
  readonly cable?: boolean;
}

/** Start cluster, server and controller, in the versions of the set that `release.env` names. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const settings = readSettings(process.env);
  const components = await readComponents(root);
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const logs = await openLogFolder(root);
  const cluster = stack.use(
    await openCluster({
      root,
      folder,
      logs,
      programsFrom: components.checkouts['backup-maker'],
      given: settings.kubeconfig,
    }),
  );
  const kubectl = kubectlWith(cluster.kubeconfig);
  if (cluster.kind === 'embedded') {
    await kubectl.run(['apply', '-f', join(root, 'charts/crds')]);
  }
  const namespace = await aNamespace(stack, kubectl);
  stack.defer(() => keepObjects(kubectl, namespace, logs));

  const repository = repositoryAt(
    settings.repository?.url ?? `http://${settings.hostForPods}:${await freePort()}`,
  );
  const kubeconfigOf = async (component: 'server' | 'controller') => {
    const checkout = components.checkouts[component];
    return stack.use(await componentKubeconfig({ cluster, kubectl, namespace, component, checkout, folder }))
      .kubeconfig;
  };
  const serverCommand = executable(components.checkouts, 'server');
  const aServer = async () => {
    const env = { ...process.env, KUBECONFIG: await kubeconfigOf('server') };
    const place = { repository, folder, logs, namespace, env, settings: options.server ?? {} };
    return restartable(stack, () => startServer(serverCommand, place));
  };
  const server = settings.repository ? running('the server', 'SKIP_SERVER_INSTALL') : await aServer();

  let cable: Cable | undefined;
  const controllerProbes = `http://127.0.0.1:${await freePort()}`;
  const aController = async () => {
    const kubeconfig = await kubeconfigOf('controller');
    cable = options.cable ? stack.use(await layCable(kubeconfig)) : undefined;
    const env = { ...process.env, KUBECONFIG: cable?.kubeconfig ?? kubeconfig };
    const place = { logs, namespace, env, probes: controllerProbes, injectImage: settings.image };
    return restartable(stack, () => startController(executable(components.checkouts, 'controller'), place));
  };
  const controller = settings.controllerRuns
    ? running('the controller', 'SKIP_CLIENT_INSTALL')
    : await aController();
  const user = await aUser(serverCommand);
  const actions = userActions({
    kubectl,
    namespace,
    repository,
    user,
    image: settings.image,
    ...account(settings, namespace),
  });
  stack.defer(() => actions.forgetAccount());
  const started = stack.move();
  return {
    ...actions,
    namespace,
    kubectl,
    repository,
    server,
    controller,
    controllerProbes,
    components,
    cable,
    logs,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function aNamespace(stack: AsyncDisposableStack, kubectl: Kubectl): Promise<string> {
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  await kubectl.run(['create', 'namespace', namespace]);
  stack.defer(async () => {
    await kubectl.run(['delete', 'namespace', namespace, '--wait=false']);
  });
  return namespace;
}

async function aUser(serverCommand: readonly string[]) {
  const password = randomBytes(18).toString('base64url');
  const encode = [...serverCommand, '--encode-password', '-'];
  return { name: 'somebody', password, encodedPassword: (await run(encode, { input: password })).trim() };
}

/** Users and collections of several scenarios must not meet on a server that all of them use. */
function account({ repository }: Settings, namespace: string) {
  return repository
    ? { accounts: repository.namespace, prefix: `${namespace}-` }
    : { accounts: namespace, prefix: '' };
}
