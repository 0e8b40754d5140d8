import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clusterCommand, loadImages } from '../../e2e/images/load-images.ts';

const run = promisify(execFile);

export interface ClusterOptions {
  readonly root: string;
  /** The checkout whose client pods run. */
  readonly checkout: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
}

/**
 * Make the cluster ready that E2E_KUBECONFIG names: it needs the kinds of this project, its pods an image. Gives the variables that tell
 * scenarios of it; E2E_CLUSTER is what the report calls it.
 * @throws Error that says what is missing
 */
export async function prepareCluster({ root, checkout, env, print }: ClusterOptions) {
  const { E2E_KUBECONFIG: kubeconfig } = env;
  if (!kubeconfig) {
    return { E2E_CLUSTER: 'the embedded cluster' };
  }
  const { stdout } = await run('kubectl', ['--kubeconfig', kubeconfig, 'version', '-o', 'json']);
  const version = JSON.parse(stdout).serverVersion.gitVersion as string;
  print(`cluster: Kubernetes ${version} of ${kubeconfig}`);
  // Here, because scenarios that begin side by side would create them at once, and all but one would fail.
  // Kubernetes before 1.25 knows no CEL: kubectl would refuse our rules, the API server leaves them out.
  const kinds = join(root, 'charts/crds');
  await run('kubectl', ['--kubeconfig', kubeconfig, 'apply', '--validate=false', '-f', kinds]);
  const cluster = { E2E_CLUSTER: `Kubernetes ${version}` };
  if (env.E2E_IMAGE) {
    return cluster;
  }
  const command = clusterCommand(root, env);
  if (command === undefined) {
    throw new Error(
      'E2E_KUBECONFIG needs E2E_IMAGE, an image on its nodes with the client and the dump programs, or E2E_CLUSTER_COMMAND, a program that brings such an image there: docs/testing.md',
    );
  }
  return { ...cluster, ...(await loadImages({ root, checkout, kubeconfig, command, print })) };
}
