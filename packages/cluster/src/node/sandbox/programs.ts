import { realpath } from 'node:fs/promises';
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
  readonly mount: Mount | undefined;
}

/**
 * A place of their own inside a confined container: where they are on the machine may be hidden there, by a
 * volume at /tmp, or be closed to the container's user, as a home is. Unconfined containers see the machine.
 */
const target = '/opt/programs';

export async function placePrograms({ root, bin }: Programs, confined: boolean): Promise<PlacedPrograms> {
  return confined
    ? { folder: join(target, bin), mount: { source: await realpath(root), target, readOnly: true } }
    : { folder: join(root, bin), mount: undefined };
}
