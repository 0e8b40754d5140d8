import { chmod, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Json, listAt, textAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { noteInLog, openLog } from './container-log.ts';
import { environment } from './environment.ts';
import { recordProcess } from './leftovers.ts';
import { type ConfigSource, expand } from './pod-fields.ts';
import type { Machine } from './sandbox/machine.ts';
import type { Mount } from './sandbox/mount.ts';
import type { ContainerExit, ContainerProcess } from './sandbox/process.ts';
import { runContainer } from './sandbox/sandbox.ts';
import { startFailure } from './sandbox/start-failure.ts';
import { rightsOf } from './security.ts';
import { containerMounts, type PreparedVolume } from './volumes/volumes.ts';

const maxMessageBytes = 4096;
const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface ContainerRunOptions {
  readonly pod: KubeObject;
  readonly container: Json;
  readonly restartCount: number;
  readonly folder: string;
  readonly volumes: ReadonlyMap<string, PreparedVolume>;
  readonly source: ConfigSource;
  readonly machine: Machine;
  readonly clock: Clock;
  /** Notes the process for a node that comes after a crash. */
  readonly record?: typeof recordProcess;
}

export interface ContainerRun {
  readonly process: ContainerProcess;
  /** How it ended, with what it left in its termination message; its log is complete by then. */
  readonly finished: Promise<ContainerExit & { readonly message: string | undefined }>;
}

/** Where the log of one run of a container is. */
export function logFile(podFolder: string, container: string, restartCount: number): string {
  return join(podFolder, 'logs', container, `${restartCount}.log`);
}

/** Starts one run of one container. Throws ConfigError or SandboxError where it can't be made now. */
export async function startContainer(options: ContainerRunOptions): Promise<ContainerRun> {
  const { pod, container, clock } = options;
  const name = textAt(container, 'name') ?? '';
  const hostname = (textAt(pod, 'spec', 'hostname') ?? pod.metadata.name).slice(0, 63);
  const env = withPrograms(
    environment({
      pod,
      container,
      source: options.source,
      base: { PATH: standardPath, HOSTNAME: hostname, HOME: '/root' },
    }),
    options.machine,
  );
  const mounts = await containerMounts(container, options.volumes, env);
  const rights = rightsOf(pod, container);
  const command = [...listAt(container, 'command'), ...listAt(container, 'args')].map((word) =>
    expand(String(word), env),
  );
  const folder = join(options.folder, 'containers', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const log = logFile(options.folder, name, options.restartCount);
  await mkdir(join(options.folder, 'logs', name), { recursive: true });
  const messageFile = join(folder, 'message');
  await writeFile(messageFile, '');
  // Whatever the umask: the container may run as any user.
  await chmod(messageFile, 0o666);
  const messageMount = {
    source: messageFile,
    target: textAt(container, 'terminationMessagePath') ?? '/dev/termination-log',
    readOnly: false,
  };
  const hosts = await hostsMount(pod, folder);
  if (command.length === 0) {
    await noteInLog(
      log,
      'the container has no command: the embedded cluster runs programs of this machine and knows no images',
      clock.now,
    );
  }
  const logWriter = await openLog(log, clock.now);
  let process: ContainerProcess;
  try {
    process = await runContainer(options.machine, {
      folder,
      hostname,
      rights,
      mounts: options.machine.isolation !== undefined ? [...hosts, ...mounts, messageMount] : mounts,
      launch: {
        command: command.length === 0 ? ['false'] : command,
        folder: textAt(container, 'workingDir') ?? '/',
        env,
      },
    });
  } catch (error) {
    await logWriter.close();
    throw error;
  }
  // Before anything is awaited: Node.js drops what a child has written when it ends while nobody reads.
  const written = logWriter.write([process.stdout, process.stderr]);
  const finished = finish(process, written, messageFile, log, container);
  // Whoever gets the run sees it; until then it must not count as unhandled.
  finished.catch(() => {});
  try {
    await (options.record ?? recordProcess)(options.folder, name, process.pid);
  } catch (error) {
    // It is tried again: two must not run at once.
    process.kill();
    await finished.catch(() => {});
    throw error;
  }
  return { process, finished };
}

/** `hostAliases`: the machine's own hosts file with the pod's lines below. */
async function hostsMount(pod: KubeObject, folder: string): Promise<readonly Mount[]> {
  const aliases = listAt(pod, 'spec', 'hostAliases');
  if (aliases.length === 0) {
    return [];
  }
  const own = await readFile('/etc/hosts', 'utf8').catch(() => '');
  const lines = aliases.map((alias) => `${textAt(alias, 'ip')}\t${listAt(alias, 'hostnames').join('\t')}`);
  const source = join(folder, 'hosts');
  await writeFile(source, `${own.trimEnd()}\n${lines.join('\n')}\n`);
  await chmod(source, 0o644);
  return [{ source, target: '/etc/hosts', readOnly: true }];
}

/** A pod that sets PATH itself still finds the programs that every pod has. */
function withPrograms(
  env: Readonly<Record<string, string>>,
  { programs }: Machine,
): Readonly<Record<string, string>> {
  return programs === undefined ? env : { ...env, PATH: `${programs.folder}:${env.PATH ?? standardPath}` };
}

async function finish(
  process: ContainerProcess,
  written: Promise<void>,
  messageFile: string,
  log: string,
  container: Json,
): Promise<ContainerExit & { readonly message: string | undefined }> {
  const exit = await process.exited;
  await written;
  const own = await lastBytes(messageFile, maxMessageBytes);
  const fallsBack =
    textAt(container, 'terminationMessagePolicy') === 'FallbackToLogsOnError' && exit.exitCode !== 0;
  const tail = own === '' ? withoutTimes(await lastBytes(log, 2048)) : '';
  const message = fallsBack ? own || tail : own || startFailure(exit.exitCode, tail);
  return { ...exit, message: message === '' ? undefined : message };
}

function withoutTimes(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''))
    .join('\n');
}

async function lastBytes(file: string, count: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) {
    return '';
  }
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - count);
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.min(size, count)),
      0,
      Math.min(size, count),
      start,
    );
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}
