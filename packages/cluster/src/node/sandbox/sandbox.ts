import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isolated, sandboxFolders } from './isolation.ts';
import { type LaunchPlan, launchScript } from './launch-script.ts';
import type { Machine } from './machine.ts';
import type { Mount } from './mount.ts';
import { type ContainerProcess, startProcess } from './process.ts';
import { type Rights, setprivArguments } from './rights.ts';

export interface ContainerPlan {
  /** A folder for this run of the container alone. */
  readonly folder: string;
  readonly hostname: string;
  readonly mounts: readonly Mount[];
  readonly rights: Rights;
  readonly launch: Omit<LaunchPlan, 'resetSignals'>;
}

/** Why a container can't be run here; told to the user as the reason its pod waits. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

/** Starts a container's program: in a root of its own where the machine can, else as a plain process. */
export async function runContainer(machine: Machine, plan: ContainerPlan): Promise<ContainerProcess> {
  const launch = { ...plan.launch, resetSignals: machine.resetSignals };
  if (machine.isolation === undefined) {
    assertRunsUnconfined(plan);
    return startProcess([...machine.dieWithParent, process.execPath, '-e', launchScript], launch, false);
  }
  for (const folder of sandboxFolders) {
    await mkdir(join(plan.folder, folder), { recursive: true });
  }
  // Everybody writes here and nobody takes another's files, as on any machine.
  await chmod(join(plan.folder, 'tmp'), 0o1777);
  await chmod(join(plan.folder, 'run'), 0o755);
  const steps = [
    ...machine.hiddenPaths.flatMap((path) => ['hide', path, '']),
    ...machine.mounts.flatMap(step),
    ...plan.mounts.toSorted((a, b) => a.target.length - b.target.length).flatMap(step),
    // Last, so that no volume of a pod hides them.
    ...(machine.programs?.mounts ?? []).flatMap(step),
  ];
  const command = isolated(machine.isolation, {
    folder: plan.folder,
    hostname: plan.hostname,
    readOnlyRoot: plan.rights.readOnlyRoot,
    steps,
    command: ['setpriv', ...setprivArguments(plan.rights), '--', '/proc/self/fd/9', '-e', launchScript],
  });
  return startProcess([...machine.dieWithParent, ...command], launch, true);
}

function step({ source, target, readOnly }: Mount): readonly string[] {
  return [readOnly ? 'ro' : 'rw', source, target];
}

function assertRunsUnconfined(plan: ContainerPlan): void {
  const other = plan.mounts.find(({ source, target }) => source !== target);
  if (other !== undefined) {
    throw new SandboxError(
      `the volume at ${other.target} needs a mount namespace, which this machine does not give: run as root on Linux`,
    );
  }
  if (plan.rights.user !== undefined && plan.rights.user !== process.getuid?.()) {
    throw new SandboxError(`runAsUser ${plan.rights.user} needs root on Linux`);
  }
}
