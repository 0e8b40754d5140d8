import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from '../../harness/cluster.ts';
import { eventually } from '../../harness/eventually.ts';
import { type Api, type Body, connect } from './api.ts';
import { readKubeconfig } from './kubeconfig.ts';

/** The cluster that is judged, and a namespace of the suite's own in it. */
export interface JudgedCluster extends AsyncDisposable {
  readonly api: Api;
  readonly namespace: string;
  /** The minor version of Kubernetes that it says it is. */
  readonly minor: number;
  /** `/api/v1/namespaces/NAMESPACE` and the like, for resources of this namespace. */
  readonly path: (plural: string, groupVersion?: string) => string;
  /** Creates an object and gives what was stored. */
  readonly create: (plural: string, object: object, groupVersion?: string) => Promise<Body>;
  /** Asks for an object until it is as wanted. */
  readonly until: (path: string, wanted: (object: Body) => boolean, timeoutMs?: number) => Promise<Body>;
}

/** An image with a shell. The embedded cluster ignores it; a real node must have it. */
const image = process.env.E2E_IMAGE ?? 'docker.io/library/conformance:1';

/**
 * The cluster of E2E_KUBECONFIG, or an embedded one that is started for the suite. After this only the API is
 * used: the suite can't tell the two apart.
 */
export async function judgedCluster(): Promise<JudgedCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const root = join(import.meta.dirname, '../../..');
  const cluster = await openCluster({ root, folder, given: process.env.E2E_KUBECONFIG });
  const api = connect(await readKubeconfig(cluster.kubeconfig));
  const namespace = `conformance-${Date.now().toString(36)}${process.pid.toString(36)}`;
  await api.call('POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  });
  const path = (plural: string, groupVersion = 'v1'): string =>
    `${groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`}/namespaces/${namespace}/${plural}`;
  const until = (at: string, wanted: (object: Body) => boolean, timeoutMs = 90_000): Promise<Body> =>
    eventually(
      `${at} is as wanted`,
      async () => {
        const { body } = await api.call('GET', at);
        return wanted(body) ? body : undefined;
      },
      { timeoutMs },
    );
  // Pods need the account, which a controller makes.
  await until(path('serviceaccounts/default'), (account) => account.kind === 'ServiceAccount');
  const { body: version } = await api.call('GET', '/version');
  return {
    api,
    namespace,
    minor: Number.parseInt(version.minor, 10),
    path,
    until,
    async create(plural, object, groupVersion = 'v1') {
      const answer = await api.call('POST', path(plural, groupVersion), { body: object });
      if (answer.status !== 201) {
        throw new Error(`${plural} could not be created: ${JSON.stringify(answer.body)}`);
      }
      return answer.body;
    },
    async [Symbol.asyncDispose]() {
      await api.call('DELETE', `/api/v1/namespaces/${namespace}`);
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function configMap(
  name: string,
  data: Record<string, string> = { a: '1' },
  metadata: object = {},
): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

function podSpec(script: string, more: object = {}, container: object = {}): object {
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    containers: [
      { name: 'main', image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script], ...container },
    ],
    ...more,
  };
}

export function pod(name: string, script: string, more: object = {}, container: object = {}): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: podSpec(script, more, container) };
}

export function job(name: string, script: string, spec: object = {}, podMore: object = {}): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { ...spec, template: { spec: podSpec(script, podMore) } },
  };
}
