import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Mount } from './mount.ts';
import { type PlacedPrograms, type Programs, placePrograms } from './programs.ts';

const run = promisify(execFile);

/** What this machine can do for containers. */
export interface Machine {
  /** Containers get a root, processes and mounts of their own. */
  readonly confines: boolean;
  /** Where what containers write in their root is kept: memory where the disk's file system can't hold an overlay. */
  readonly layer: Layer;
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

type Layer = 'disk' | 'memory';

export interface MachineOptions {
  readonly confine: 'auto' | 'never';
  readonly folder: string;
  readonly programs: Programs | undefined;
  readonly launchersFolder: string;
  readonly hiddenPaths: readonly string[];
}

/** Looks at the machine once, at the start of the node. */
export async function inspectMachine(options: MachineOptions): Promise<Machine> {
  const onDisk = await whyUnconfined(options, 'disk');
  const layer: Layer = onDisk === undefined ? 'disk' : 'memory';
  const because = onDisk === undefined ? undefined : await whyUnconfined(options, 'memory');
  const hiddenPaths = await existing(options.hiddenPaths);
  return {
    confines: because === undefined,
    layer,
    unconfinedBecause: because,
    dieWithParent: (await works('setpriv', ['--pdeathsig', 'KILL', 'true']))
      ? ['setpriv', '--pdeathsig', 'KILL', '--']
      : [],
    resetSignals: (await works('/usr/bin/env', ['--default-signal=PIPE,XFSZ', 'true']))
      ? '/usr/bin/env'
      : undefined,
    mounts: because === undefined ? await machineMounts(options) : [],
    hiddenPaths,
    programs:
      options.programs &&
      (await placePrograms(options.programs, {
        confined: because === undefined,
        folder: options.launchersFolder,
      })),
  };
}

async function whyUnconfined({ confine, folder }: MachineOptions, layer: Layer): Promise<string | undefined> {
  if (confine === 'never') {
    return 'the cluster was started so';
  }
  if (process.platform !== 'linux') {
    return `containers need Linux, this is ${process.platform}`;
  }
  if (process.getuid?.() !== 0) {
    return 'containers need root, this process is not';
  }
  await mkdir(folder, { recursive: true });
  const trial = await mkdtemp(join(folder, 'trial-'));
  try {
    await Promise.all(['layer', 'root'].map((name) => mkdir(join(trial, name))));
    const memory = layer === 'memory' ? 'mount -t tmpfs layer layer && ' : '';
    const overlay = 'mount -t overlay overlay -o lowerdir=/,upperdir=layer/upper,workdir=layer/work root';
    const script = `cd "$1" && ${memory}mkdir layer/upper layer/work && ${overlay}`;
    await run('unshare', [
      '--mount',
      '--pid',
      '--fork',
      '--ipc',
      '--uts',
      'sh',
      '-c',
      script,
      'trial',
      trial,
    ]);
    return undefined;
  } catch (error) {
    const text =
      error instanceof Error ? ((error as { stderr?: string }).stderr ?? error.message) : String(error);
    return `an overlay of the machine's root can't be mounted: ${text.trim()}`;
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
