import { access, chmod, constants, copyFile, link, mkdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isSea } from 'node:sea';
import type { Programs } from '@backup-maker/cluster';
import { Failure } from '@backup-maker/model';

/** A checkout: Node.js, the packages, and the programs themselves. */
const checkout = resolve(import.meta.dirname, '../../..');
const programsFolder = 'packages/standalone/programs';

export interface PodProgramsOptions {
  /** The checkout whose programs they are; undefined: those of what runs here. */
  readonly programsFrom: string | undefined;
  /** Gets the programs, where what runs here is a single executable. */
  readonly folder: string;
}

/**
 * `backup-maker`, `bmg` and `pgbr` for the PATH of pods.
 * @throws Failure `invalid-input` where there are no such programs: pods would only say "command not found"
 */
export async function podPrograms({ programsFrom, folder }: PodProgramsOptions): Promise<Programs> {
  if (programsFrom === undefined && isSea()) {
    await placeExecutable(folder);
    return { root: folder, bin: '.' };
  }
  const root = programsFrom ?? checkout;
  await access(join(root, programsFolder, 'backup-maker'), constants.X_OK).catch((cause: unknown) => {
    const message = `--programs-from ${root}: there is no ${programsFolder}/backup-maker`;
    throw new Failure('invalid-input', message, { cause });
  });
  return { root, bin: programsFolder };
}

/**
 * This executable is the client as well, under the client's names. It gets a folder with these names alone, since
 * pods see the folder: where it is installed are other programs. Anew at every start: it may have been upgraded.
 */
async function placeExecutable(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const client = join(folder, 'backup-maker');
  // No copy where it can be had without: it has 100 MB.
  await link(process.execPath, client).catch(async () => {
    await copyFile(process.execPath, client);
    await chmod(client, 0o755);
  });
  for (const name of ['bmg', 'pgbr']) {
    await symlink('backup-maker', join(folder, name));
  }
  // Whatever the umask: pods run as any user.
  await chmod(folder, 0o755);
}
