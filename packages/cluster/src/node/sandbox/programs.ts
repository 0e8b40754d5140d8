import { chmod, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from './mount.ts';

/** Programs for every container, with all that they need to run. */
export interface Programs {
  /** A folder of this machine that holds the programs and what belongs to them. */
  readonly root: string;
  /** The folder of the programs themselves, from `root`. */
  readonly bin: string;
}

/** Where containers find them. */
export interface PlacedPrograms {
  /** The folder that comes first on the PATH. */
  readonly folder: string;
  readonly mounts: readonly Mount[];
}

/**
 * A place of their own inside a confined container: where they are on the machine may be hidden there, by a
 * volume at /tmp, or be closed to the container's user, as a home is. Unconfined containers see the machine.
 */
const target = '/opt/programs';

/** Where images have programs that do not come from a distribution. */
const imageFolder = '/usr/local/bin';

export interface PlaceOptions {
  readonly confined: boolean;
  /** For what is written once for all containers. */
  readonly folder: string;
}

export async function placePrograms(
  { root, bin }: Programs,
  { confined, folder }: PlaceOptions,
): Promise<PlacedPrograms> {
  if (!confined) {
    return { folder: join(root, bin), mounts: [] };
  }
  const whole = { source: await realpath(root), target, readOnly: true };
  const placed = join(target, bin);
  return { folder: placed, mounts: [whole, ...(await launchers(join(root, bin), placed, folder))] };
}

/**
 * Init containers copy programs out of images into volumes. Here they copy small files that work from anywhere
 * in a container, which the programs themselves may not.
 */
async function launchers(bin: string, placed: string, folder: string): Promise<readonly Mount[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const names = await readdir(bin);
  return Promise.all(
    names.map(async (name) => {
      const source = join(folder, name);
      await writeFile(source, `#!/bin/sh\nexec '${join(placed, name)}' "$@"\n`, { mode: 0o755 });
      // Whatever the umask: containers run as any user.
      await chmod(source, 0o755);
      return { source: await realpath(source), target: join(imageFolder, name), readOnly: true };
    }),
  );
}
