import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Isolation, isolated, isolations, sandboxFolders } from './isolation.ts';
import type { Mount } from './mount.ts';
import { sandboxEnvironment } from './process.ts';
import { type PlacedPrograms, type Programs, placePrograms } from './programs.ts';

const run = promisify(execFile);

/** What this machine can do for containers. */
export interface Machine {
  /** How containers get a root, processes and mounts of their own; undefined: they don't. */
  readonly isolation: Isolation | undefined;
  /** Why not, for people. */
  readonly unconfinedBecause: string | undefined;
  /** A command prefix that ends a process with the node that started it. */
  readonly dieWithParent: readonly string[];
  readonly resetSignals: string | undefined;
  /** Mounts that every container gets: other file systems of the machine and programs, read-only. */
  readonly mounts: readonly Mount[];
  readonly hiddenPaths: readonly string[];
  readonly programs: PlacedPrograms | undefined;
}

export interface MachineOptions {
  readonly confine: 'auto' | 'never';
  readonly folder: string;
  readonly programs: Programs | undefined;
  readonly launchersFolder: string;
  readonly hiddenPaths: readonly string[];
}

/** Looks at the machine once, at the start of the node. */
export async function inspectMachine(options: MachineOptions): Promise<Machine> {
  const { isolation, because } = await findIsolation(options);
  const hiddenPaths = await existing(options.hiddenPaths);
  return {
    isolation,
    unconfinedBecause: because,
    dieWithParent: (await works('setpriv', ['--pdeathsig', 'KILL', 'true']))
      ? ['setpriv', '--pdeathsig', 'KILL', '--']
      : [],
    resetSignals: (await works('/usr/bin/env', ['--default-signal=PIPE,XFSZ', 'true']))
      ? '/usr/bin/env'
      : undefined,
    mounts: isolation !== undefined ? await machineMounts(options) : [],
    hiddenPaths,
    programs:
      options.programs &&
      (await placePrograms(options.programs, {
        confined: isolation !== undefined,
        folder: options.launchersFolder,
      })),
  };
}

interface Finding {
  readonly isolation: Isolation | undefined;
  /** Why there is none: what was tried, and what came of it. */
  readonly because: string | undefined;
}

async function findIsolation({ confine, folder }: MachineOptions): Promise<Finding> {
  if (confine === 'never') {
    return without('the cluster was started so');
  }
  if (process.platform !== 'linux') {
    return without(`containers need Linux, this is ${process.platform}`);
  }
  if (process.getuid?.() !== 0) {
    return without('containers need root, this process is not');
  }
  await mkdir(folder, { recursive: true });
  const refusals: string[] = [];
  for (const isolation of isolations) {
    const refusal = await tryOut(isolation, folder);
    if (refusal === undefined) {
      return { isolation, because: undefined };
    }
    refusals.push(refusal);
  }
  return without(`no root of their own can be made here: ${[...new Set(refusals)].join('; ')}`);
}

function without(because: string): Finding {
  return { isolation: undefined, because };
}

/** Runs what a container will run, with a command that does nothing; gives what was said where that fails. */
async function tryOut(isolation: Isolation, folder: string): Promise<string | undefined> {
  const trial = await mkdtemp(join(folder, 'trial-'));
  try {
    await Promise.all(sandboxFolders.map((name) => mkdir(join(trial, name))));
    const [file = '', ...args] = isolated(isolation, {
      folder: trial,
      hostname: 'trial',
      readOnlyRoot: true,
      steps: [],
      command: ['true'],
    });
    await run(file, args, { env: sandboxEnvironment });
    return undefined;
  } catch (error) {
    const { stderr = '', message = String(error) } = error as { stderr?: string; message?: string };
    return (stderr.trim() || message).replaceAll('\n', ': ');
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

async function works(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, [...args]);
    return true;
  } catch {
    return false;
  }
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
  return found.filter((path) => path !== undefined);
}

/** The overlay shows the root file system alone: others that are mounted below it are brought in, read-only. */
async function machineMounts(options: MachineOptions): Promise<readonly Mount[]> {
  const targets = [...diskMounts(await readFile('/proc/self/mountinfo', 'utf8'))];
  const resolver = await realpath('/etc/resolv.conf').catch(() => '');
  const extra = [
    ...(resolver.startsWith('/run/') ? [resolver] : []),
    // The program that starts programs must be there even if its folder is hidden.
    ...(options.hiddenPaths.some((path) => process.execPath.startsWith(`${path}/`))
      ? [dirname(process.execPath)]
      : []),
  ];
  return [...targets, ...extra].map((path) => ({ source: path, target: path, readOnly: true }));
}

const diskTypes = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'zfs',
  'f2fs',
  'overlay',
  'vfat',
  'nfs',
  'nfs4',
  'cifs',
  '9p',
  'virtiofs',
  'fuseblk',
]);
const ownFolders = ['/proc', '/sys', '/dev', '/run', '/tmp', '/boot'];

/** Mount points with real files, from mountinfo (proc(5)); the machine's own special folders are made anew. */
function diskMounts(mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const target = (before.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isOwn = ownFolders.some((folder) => target === folder || target.startsWith(`${folder}/`));
    return target !== '/' && target.startsWith('/') && !isOwn && diskTypes.has(after.split(' ')[0] ?? '')
      ? [target]
      : [];
  });
}
