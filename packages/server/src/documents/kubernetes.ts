import {
  collectionPath,
  connect,
  createClient,
  defineResource,
  type Informer,
  type KubeClient,
  KubeError,
  type KubeObject,
  startInformer,
} from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import { statusOf, userStatusOf } from './kubernetes-status.ts';
import { createStatusWriter } from './kubernetes-status-writer.ts';
import { type DocumentKind, type DocumentSource, documentKinds } from './source.ts';

export interface KubernetesDocumentsOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Told of failed lists and watches; they are tried again by themselves. */
  readonly onError: (error: unknown) => void;
}

export interface KubernetesConnectionOptions extends Omit<KubernetesDocumentsOptions, 'client'> {
  /** Of a kubeconfig; undefined: the service account of the pod that this runs in. */
  readonly kubeconfigFile: string | undefined;
}

/** Connect to a Kubernetes API and read the documents there. */
export async function openKubernetesDocuments(options: KubernetesConnectionOptions): Promise<DocumentSource> {
  const { kubeconfigFile } = options;
  const { transport } = await connect(
    kubeconfigFile === undefined ? { type: 'in-cluster' } : { type: 'file', path: kubeconfigFile },
  ).catch((cause: Error) => {
    throw new Failure(
      'invalid-input',
      `${cause.message}. Name a kubeconfig in KUBECONFIG, or read users and collections from files: --provider filesystem`,
      { cause },
    );
  });
  return createKubernetesDocuments({
    ...options,
    client: createClient({ transport, fieldManager: 'backup-repository' }),
  });
}

/** Documents in a Kubernetes API, kept current by watching: no request of ours asks the API server. */
export function createKubernetesDocuments(options: KubernetesDocumentsOptions): DocumentSource {
  const informers = {
    collection: watch(options, resourceOf('collection')),
    user: watch(options, resourceOf('user')),
    secret: watch(options, secrets),
  } satisfies Record<DocumentKind, Informer<KubeObject>>;
  const synced = async (kind: DocumentKind) => {
    const informer = informers[kind];
    if (!informer.hasSynced()) {
      throw new Failure('unavailable', `${kind}s were not read from the Kubernetes API yet. Try again later`);
    }
    return informer.cache;
  };
  const writeStatus = createStatusWriter(options);
  return {
    name: 'kubernetes',
    async find(kind, name) {
      return (await synced(kind)).get(`${options.namespace}/${name}`);
    },
    async names(kind) {
      const objects = [...(await synced(kind)).list()];
      return objects.flatMap(({ metadata }) => metadata.name ?? []).toSorted();
    },
    async check() {
      await Promise.all([synced('collection'), synced('user'), synced('secret')]);
      // What is in the caches stays there when the API server goes away, or the kinds do: only a request shows it.
      await Promise.all(
        ['collection', 'user'].map((kind) =>
          insistOnKind(options, resourceOf(kind as keyof typeof documentKinds)),
        ),
      );
    },
    async reportCollection(name, report) {
      const object = (await synced('collection')).get(`${options.namespace}/${name}`);
      const status = object && statusOf(object, report, new Date());
      if (status) {
        await writeStatus(resourceOf('collection'), name, status);
      }
    },
    async reportUser(name, secretProblems) {
      const object = (await synced('user')).get(`${options.namespace}/${name}`);
      const status = object && userStatusOf(object, secretProblems, new Date());
      if (status) {
        await writeStatus(resourceOf('user'), name, status);
      }
    },
    async close() {
      await Promise.all(Object.values(informers).map((informer) => informer.close()));
    },
  };
}

const secrets = defineResource<KubeObject>({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
});

function resourceOf(kind: keyof typeof documentKinds) {
  const { group, version, plural, kind: name } = documentKinds[kind];
  return defineResource<KubeObject>({ group, version, plural, kind: name, namespaced: true });
}

/** @throws Failure `unavailable` when the objects of a kind cannot be read now */
async function insistOnKind(
  { client, namespace }: KubernetesDocumentsOptions,
  resource: typeof secrets,
): Promise<void> {
  try {
    await client.read(`${collectionPath(resource, namespace)}?limit=1`);
  } catch (cause) {
    throw new Failure('unavailable', `${resource.plural} cannot be read from the Kubernetes API`, { cause });
  }
}

/** A copy of all objects of a kind, kept current by watching; by listing where an older Role allows no more. */
function watch(options: KubernetesDocumentsOptions, resource: typeof secrets): Informer<KubeObject> {
  let isToldOfRole = false;
  const informer = startInformer({
    client: options.client,
    resource,
    namespace: options.namespace,
    onError(error) {
      if (!(error instanceof KubeError && error.status === 403)) {
        options.onError(error);
      } else if (!isToldOfRole) {
        isToldOfRole = true;
        const lacking = informer.hasSynced()
          ? `watch ${resource.plural}, so they are listed every 30 seconds`
          : `list ${resource.plural}, so nobody can log in`;
        const text = `the Role does not let the server ${lacking}. Apply the current one`;
        options.onError(new Failure('forbidden', text, { cause: error }));
      }
    },
  });
  return informer;
}
