import { join } from 'node:path';
import { type Daemon, startDaemon, tailOf } from './process.ts';

export interface Cluster extends AsyncDisposable {
  readonly kind: 'embedded' | 'given';
  readonly kubeconfig: string;
  /** The process of the embedded cluster. */
  readonly daemon: Daemon | undefined;
}

export interface ClusterOptions {
  readonly root: string;
  /** For its data. */
  readonly folder: string;
  /** For its log; its data folder by default. */
  readonly logs?: string;
  /** The checkout whose client pods of the embedded cluster run; this one by default. */
  readonly programsFrom?: string;
  /** A kubeconfig that somebody gave; without one the embedded cluster is started. */
  readonly given: string | undefined;
}

/** The cluster that scenarios run on, with the kinds of this project installed by whoever made it. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { root, folder, logs = folder, programsFrom = root, given } = options;
  if (given !== undefined) {
    return {
      kind: 'given',
      kubeconfig: given,
      daemon: undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const node = join(root, 'node_modules/node/bin/node');
  const executable = join(root, 'packages/standalone/bin/backup-standalone.js');
  const logFile = join(logs, 'cluster.log');
  const args = [
    ...['--data-dir', join(folder, 'cluster'), '--listen', '127.0.0.1:0'],
    ...['--without', 'controller', 'repository', '--programs-from', programsFrom, '--json'],
  ];
  const daemon = startDaemon([node, executable, ...args], process.env, logFile);
  const line = await daemon.firstLine;
  if (line !== undefined) {
    const { kubeconfig } = JSON.parse(line) as { kubeconfig: string };
    return {
      kind: 'embedded',
      kubeconfig,
      daemon,
      [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
    };
  }
  throw new Error(`the embedded cluster did not start:\n${await tailOf(logFile)}`);
}
