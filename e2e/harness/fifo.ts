import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { aFolderInPods } from './folder.ts';
import { run } from './process.ts';
import type { World } from './world.ts';

const make =
  'backup-maker make --url {{ .Repository.url }} --collection-id {{ .Repository.collectionId }} --key {{ .Repository.encryptionKeyPath }}';
const restore =
  'backup-maker restore --url {{ .Repository.url }} --collection-id {{ .Repository.collectionId }} --private-key {{ .Repository.encryptionKeyPath }}';

export interface FifoOptions {
  /** The command whose output is stored. */
  readonly dump?: string;
  readonly backoffLimit?: number;
}

/**
 * Schedule a backup, named `fifo`, of what comes out of a FIFO, so that the scenario decides when and how much. A
 * restore writes the file `restored` in the same folder. Gives the path of the FIFO.
 */
export async function aBackupOfAFifo(
  world: World,
  folder: string,
  { dump = 'cat /data/fifo', backoffLimit = 2 }: FifoOptions = {},
): Promise<string> {
  const fifo = join(folder, 'fifo');
  await run(['mkfifo', fifo]);
  const name = `fifo-${world.namespace}`;
  await world.kubectl.apply([
    {
      apiVersion: 'riotkit.org/v1alpha1',
      kind: 'ClusterBackupProcedureTemplate',
      metadata: { name },
      spec: {
        backup: `set -eu\nexec ${make} -c '${dump}'\n`,
        restore: `set -eu\nexec ${restore} -c 'cat > /data/restored'\n`,
      },
    },
  ]);
  await world.aUserAndACollection('fifo');
  await world.iScheduleABackup('fifo', {
    template: { kind: 'ClusterBackupProcedureTemplate', name },
    params: {},
    podTemplate: aFolderInPods(folder),
    backoffLimit,
  });
  return fifo;
}

/** Far more than what pipes and buffers hold: some of it is at the server before the rest is there. */
const firstHalf = 'first half\n'.repeat(3_000_000);
const secondHalf = 'second half\n';

/** A dump that goes on only when the scenario says so. */
export function aDumpInTwoHalves(fifo: string) {
  const dump = createWriteStream(fifo);
  return {
    firstHalf: () => new Promise((resolve) => dump.write(firstHalf, resolve)),
    /** And the end. */
    secondHalf: () => dump.end(secondHalf),
  };
}

/** Nothing lost: what was dumped, to the last byte, is what a restore gives. */
export async function expectBothHalves(world: World, folder: string): Promise<void> {
  await world.iRequestARestore('fifo');
  const restored = await readFile(join(folder, 'restored'), 'utf8');
  expect(restored.length, 'bytes that a restore gives').toBe(firstHalf.length + secondHalf.length);
  expect(restored.endsWith(`half\n${secondHalf}`)).toBe(true);
}

/** Whether the pod of an action says that something failed and is tried again. */
export async function triesAgain(world: World, action: string): Promise<true | undefined> {
  // A real node answers with an error until it has reported that the container began.
  const output = await world.podOutputOf(action).catch(() => '');
  return output.includes('trying again in') ? true : undefined;
}
