import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Cluster } from './cluster.ts';
import type { Kubectl } from './kubectl.ts';
import { object } from './objects.ts';

/** Longer than a scenario, shorter than what an API server may refuse. */
const tokenSeconds = 7200;

interface Role {
  readonly apiVersion: string;
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string };
}

interface ServiceAccountOptions {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly name: string;
  /** The Role or ClusterRole that is shipped: all that the account may do. */
  readonly rules: string;
  /** Where its kubeconfig is written. */
  readonly kubeconfig: string;
}

/** As whom a component speaks to the API server. */
export interface ServiceAccount extends AsyncDisposable {
  readonly kubeconfig: string;
}

export interface ComponentOptions {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly component: 'controller' | 'server';
  /** Has the component's rules. */
  readonly checkout: string;
  /** For the kubeconfig. */
  readonly folder: string;
}

/** On a real cluster a component has the rights that are shipped for it, and no others; the embedded one has no RBAC. */
export async function componentKubeconfig(options: ComponentOptions): Promise<ServiceAccount> {
  const { cluster, kubectl, namespace, component: name, checkout, folder } = options;
  if (cluster.kind === 'embedded') {
    return { kubeconfig: cluster.kubeconfig, [Symbol.asyncDispose]: async () => undefined };
  }
  const rules = join(checkout, `packages/${name}/rbac.yaml`);
  return aServiceAccount({ kubectl, namespace, name, rules, kubeconfig: join(folder, `${name}.kubeconfig`) });
}

async function aServiceAccount(options: ServiceAccountOptions): Promise<ServiceAccount> {
  const { kubectl, namespace, name, kubeconfig } = options;
  const shipped = parse(await readFile(options.rules, 'utf8')) as Role;
  // Scenarios run side by side, maybe with other versions of the rules.
  const metadata = { ...shipped.metadata, name: `${namespace}-${name}` };
  const place = shipped.kind === 'Role' ? { ...metadata, namespace } : metadata;
  const binding = {
    apiVersion: shipped.apiVersion,
    kind: `${shipped.kind}Binding`,
    metadata: place,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: shipped.kind, name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
  const objects = [
    object('v1', 'ServiceAccount', name, namespace, {}),
    { ...shipped, metadata: place },
    binding,
  ];
  await kubectl.apply(objects);
  await writeFile(kubeconfig, await kubeconfigFor(kubectl, namespace, name), { mode: 0o600 });
  return {
    kubeconfig,
    [Symbol.asyncDispose]: async () => {
      await kubectl.run(
        ['delete', '-f', '-', '--wait=false'],
        objects.map((one) => stringify(one)).join('---\n'),
      );
    },
  };
}

/** The kubeconfig of the administrator with the account's token in place of its user. */
async function kubeconfigFor(kubectl: Kubectl, namespace: string, name: string): Promise<string> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: tokenSeconds },
  };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = JSON.parse(
    await kubectl.run(['create', '--raw', path, '-f', '-'], JSON.stringify(request)),
  );
  const config = JSON.parse(
    await kubectl.run(['config', 'view', '--minify', '--flatten', '--raw', '-o', 'json']),
  );
  const users = [{ name: config.contexts[0].context.user, user: { token: status.token } }];
  return JSON.stringify({ ...config, users });
}
