import { enterScript } from './enter-script.ts';
import { takeRootScript } from './take-root-script.ts';

/** How a container gets a root of its own here. */
export interface Isolation {
  /** This process's root is a `mount`, or, after a chroot, only a `folder` that must be made one first. */
  readonly root: 'mount' | 'folder';
  /** Where what containers write in their root is kept: memory where the disk's file system can't hold an overlay. */
  readonly layer: 'disk' | 'memory';
}

/** All that there are, the best first. */
export const isolations: readonly Isolation[] = [
  { root: 'mount', layer: 'disk' },
  { root: 'mount', layer: 'memory' },
  { root: 'folder', layer: 'disk' },
  { root: 'folder', layer: 'memory' },
];

export interface IsolatedCommand {
  /** Has the folders of `sandboxFolders`. */
  readonly folder: string;
  readonly hostname: string;
  readonly readOnlyRoot: boolean;
  /** What is hidden and mounted, as the script wants it. */
  readonly steps: readonly string[];
  readonly command: readonly string[];
}

/** What must be in a container's folder before its command line runs. */
export const sandboxFolders = ['layer', 'root', 'tmp', 'run'] as const;

/** The command line that makes a container's root and runs a command in it. */
export function isolated({ root, layer }: Isolation, plan: IsolatedCommand): readonly string[] {
  const propagation = root === 'mount' ? 'private' : 'unchanged';
  return [
    ...['unshare', '--mount', '--propagation', propagation, '--pid', '--fork', '--kill-child'],
    ...['--ipc', '--uts', '--'],
    ...(root === 'mount' ? [] : takeRoot(plan.folder)),
    ...['sh', '-c', enterScript, 'sandbox', plan.folder, plan.hostname],
    ...[plan.readOnlyRoot ? 'yes' : 'no', process.execPath, layer],
    ...[...plan.steps, '--', ...plan.command],
  ];
}

/** Entering its own namespace anew is what brings a process back to the root above the folder that is its root. */
function takeRoot(folder: string): readonly string[] {
  return [
    'nsenter',
    '--mount=/proc/self/ns/mnt',
    '--wd=/',
    '--',
    'sh',
    '-c',
    takeRootScript,
    'root',
    `${folder}/root`,
  ];
}
