import { chmod, chown, lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Json, listAt, numberAt, textAt, valueAt } from '../../json.ts';
import type { KubeObject } from '../../object.ts';
import { ConfigError, type ConfigSource, expand } from '../pod-fields.ts';
import type { Mount } from '../sandbox/mount.ts';
import { volumeFiles } from './files.ts';

export interface VolumeOptions {
  readonly pod: KubeObject;
  readonly source: ConfigSource;
  /** The pod's own folder for volumes that live as long as it. */
  readonly folder: string;
  /** The folder of a claim, or undefined while the claim is not there. */
  readonly claimFolder: (name: string) => string | undefined;
}

/** A volume on this machine. */
export interface PreparedVolume {
  readonly path: string;
  readonly readOnly: boolean;
}

/** Makes the folders and files of all volumes of a pod; throws ConfigError while something they need is missing. */
export async function prepareVolumes(options: VolumeOptions): Promise<ReadonlyMap<string, PreparedVolume>> {
  const group = numberAt(options.pod, 'spec', 'securityContext', 'fsGroup');
  const prepared = new Map<string, PreparedVolume>();
  for (const volume of listAt(options.pod, 'spec', 'volumes')) {
    const name = textAt(volume, 'name') ?? '';
    prepared.set(name, await prepareVolume(volume, join(options.folder, name), group, options));
  }
  return prepared;
}

async function prepareVolume(
  volume: Json,
  folder: string,
  group: number | undefined,
  options: VolumeOptions,
): Promise<PreparedVolume> {
  const hostPath = valueAt(volume, 'hostPath');
  if (hostPath !== undefined) {
    return { path: await hostFolder(hostPath), readOnly: false };
  }
  const claim = valueAt(volume, 'persistentVolumeClaim');
  if (claim !== undefined) {
    const name = textAt(claim, 'claimName') ?? '';
    const path = options.claimFolder(name);
    if (path === undefined) {
      throw new ConfigError(`persistentvolumeclaim "${name}" not found`);
    }
    await shareWithGroup(path, group);
    return { path, readOnly: valueAt(claim, 'readOnly') === true };
  }
  await mkdir(folder, { recursive: true });
  const isScratch = valueAt(volume, 'emptyDir') !== undefined || Object.keys(volume as object).length === 1;
  if (isScratch) {
    await chmod(folder, 0o777);
    await shareWithGroup(folder, group);
    return { path: folder, readOnly: false };
  }
  for (const file of volumeFiles(volume, options.pod, options.source)) {
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content, { mode: 0o600 });
    if (group !== undefined) {
      await chown(path, -1, group);
    }
    // After the content, so that nobody reads it meanwhile whom the mode keeps out; with a group, it may read too.
    await chmod(path, group === undefined ? file.mode : file.mode | 0o040);
  }
  await chmod(folder, 0o755);
  return { path: folder, readOnly: true };
}

/** fsGroup: the group owns the volume and what is made in it. */
async function shareWithGroup(folder: string, group: number | undefined): Promise<void> {
  if (group !== undefined) {
    await chown(folder, -1, group);
    await chmod(folder, ((await lstat(folder)).mode & 0o777) | 0o2770);
  }
}

async function hostFolder(hostPath: Json): Promise<string> {
  const path = textAt(hostPath, 'path') ?? '';
  const type = textAt(hostPath, 'type') ?? '';
  if (type === 'DirectoryOrCreate' || type === '') {
    await mkdir(path, { recursive: true, mode: 0o755 }).catch(ignoreExisting);
  } else if (type === 'FileOrCreate') {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '', { flag: 'a', mode: 0o644 });
  }
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) {
    throw new ConfigError(`hostPath type check failed: ${path} does not exist`);
  }
  const found = await lstat(real);
  if (type.startsWith('Directory') && !found.isDirectory()) {
    throw new ConfigError(`hostPath type check failed: ${path} is not a directory`);
  }
  if (type.startsWith('File') && !found.isFile()) {
    throw new ConfigError(`hostPath type check failed: ${path} is not a file`);
  }
  return real;
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
    throw error;
  }
}

/** Where a container's volumes go. A subPath is made if it is missing, and may not lead out of its volume. */
export async function containerMounts(
  container: Json,
  volumes: ReadonlyMap<string, PreparedVolume>,
  variables: Readonly<Record<string, string>>,
): Promise<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of listAt(container, 'volumeMounts')) {
    const volume = volumes.get(textAt(mount, 'name') ?? '');
    if (volume === undefined) {
      throw new ConfigError(`the volume ${textAt(mount, 'name')} is not there`);
    }
    const expression = textAt(mount, 'subPathExpr');
    const subPath = expression === undefined ? textAt(mount, 'subPath') : expand(expression, variables);
    const root = await realpath(volume.path);
    mounts.push({
      source: subPath === undefined || subPath === '' ? root : await inside(root, subPath, volume.readOnly),
      target: textAt(mount, 'mountPath') ?? '/',
      readOnly: volume.readOnly || valueAt(mount, 'readOnly') === true,
    });
  }
  return mounts;
}

async function inside(root: string, subPath: string, readOnly: boolean): Promise<string> {
  const path = join(root, subPath);
  if (subPath.startsWith('/') || subPath.split('/').includes('..')) {
    throw new ConfigError(`the subPath ${JSON.stringify(subPath)} is no path within a volume`);
  }
  if (!readOnly) {
    await mkdir(path, { recursive: true }).catch(ignoreExisting);
  }
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || (real !== root && !real.startsWith(`${root}/`))) {
    throw new ConfigError(`the subPath ${JSON.stringify(subPath)} is not in its volume`);
  }
  return real;
}
