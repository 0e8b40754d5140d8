import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A process is named by its number and the time of its start: numbers are used again. */
interface RecordedProcess {
  readonly pid: number;
  readonly startTicks: string;
}

/** Notes a container's process, so that a node that starts after a crash can end it. */
export async function recordProcess(podFolder: string, container: string, pid: number): Promise<void> {
  const startTicks = await startTicksOf(pid);
  if (startTicks !== undefined) {
    const record: RecordedProcess = { pid, startTicks };
    await writeFile(join(podFolder, `${container}.process`), JSON.stringify(record), { mode: 0o600 });
  }
}

/** Ends every process that an earlier node has left behind. Normally there is none: they die with it. */
export async function endLeftovers(podsFolder: string): Promise<number> {
  let ended = 0;
  for (const pod of await readdir(podsFolder).catch(() => [])) {
    for (const file of await readdir(join(podsFolder, pod)).catch(() => [])) {
      if (file.endsWith('.process') && (await endRecorded(join(podsFolder, pod, file)))) {
        ended += 1;
      }
    }
  }
  return ended;
}

async function endRecorded(file: string): Promise<boolean> {
  const record = JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as RecordedProcess | null;
  await rm(file, { force: true });
  if (record === null || (await startTicksOf(record.pid)) !== record.startTicks) {
    return false;
  }
  // Its session first, for what ran without a PID namespace; then the process itself.
  for (const target of [-record.pid, record.pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
  }
  return true;
}

/** The start time of a process in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)). */
async function startTicksOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses, which may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
