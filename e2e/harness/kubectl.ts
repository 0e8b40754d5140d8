import { stringify } from 'yaml';
import { run } from './process.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** As much of an object as scenarios look at. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly healthy?: boolean;
    readonly processed?: boolean;
    readonly [field: string]: unknown;
  };
}

/** The machine's kubectl with one kubeconfig. */
export interface Kubectl {
  /** Run it with any arguments; gives its output. */
  run(args: readonly string[], input?: string): Promise<string>;
  apply(objects: readonly object[]): Promise<void>;
  get(kind: string, name: string, namespace: string): Promise<KubernetesObject>;
  list(kind: string, namespace: string, labelSelector?: string): Promise<readonly KubernetesObject[]>;
}

export function kubectlWith(kubeconfig: string): Kubectl {
  const kubectl = (args: readonly string[], input?: string) =>
    run(['kubectl', '--kubeconfig', kubeconfig, ...args], input === undefined ? {} : { input });
  return {
    run: kubectl,
    apply: async (objects) => {
      const documents = objects.map((object) => stringify(object)).join('---\n');
      await kubectl(['apply', '-f', '-'], documents);
    },
    get: async (kind, name, namespace) =>
      JSON.parse(await kubectl(['get', kind, name, '-n', namespace, '-o', 'json'])),
    list: async (kind, namespace, labelSelector) => {
      const selector = labelSelector === undefined ? [] : ['-l', labelSelector];
      const list = JSON.parse(await kubectl(['get', kind, '-n', namespace, ...selector, '-o', 'json']));
      return list.items;
    },
  };
}
