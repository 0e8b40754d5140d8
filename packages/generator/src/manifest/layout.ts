import type { Operation } from '../procedure/operation.ts';

const scriptFolder = '/usr/backup-maker';
const secretsFolder = '/mnt/secrets';

/** Where things are in a pod. */
export const layout = {
  scriptFolder,
  secretsFolder,
  temporaryFolder: '/tmp',
  injectedFolder: '/opt/backup-maker/bin',
  /** Kubernetes' own default: what a container writes there becomes part of its pod's status. */
  terminationLog: '/dev/termination-log',
} as const;

/** The script's name: its key in the ConfigMap or Secret, and its file. */
export function scriptName(operation: Operation): string {
  return `${operation}.sh`;
}

/** The keys' entries in the Secret and their files: the own key, then additional recipients. */
export function keyNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? 'gpg-key' : `recipient-${i}`));
}

/** Where a pod's script finds its key; what `renderProcedure` wants as `keyPath`. */
export const podKeyPath = `${secretsFolder}/gpg-key`;
