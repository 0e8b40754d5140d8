import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface Measurement {
  readonly seconds: number;
  /** User and system time of all processes, the server's too. */
  readonly cpuSeconds: number;
  /** Of the largest process of the client's side. */
  readonly peakMebibytes: number;
  readonly serverPeakMebibytes: number | undefined;
}

/** Run a shell command to its end and measure it; `serverPid` names a process that works for it elsewhere. */
export async function measure(
  command: string,
  options: {
    readonly folder: string;
    readonly env: NodeJS.ProcessEnv;
    readonly serverPid?: number | undefined;
  },
): Promise<Measurement> {
  const { folder, env, serverPid } = options;
  const report = join(folder, 'time');
  const before = serverPid === undefined ? 0 : await cpuSecondsOf(serverPid);
  const args = ['-f', '%e %U %S %M', '-o', report, 'bash', '-eo', 'pipefail', '-c', command];
  const child = spawn('/usr/bin/time', args, { env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.on('data', (text) => {
    messages += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(`${command} ended with ${code}: ${messages}`);
  }
  const [seconds = 0, user = 0, system = 0, peakKibibytes = 0] = (await readFile(report, 'utf8'))
    .split(' ')
    .map(Number);
  await rm(report);
  const after = serverPid === undefined ? 0 : await cpuSecondsOf(serverPid);
  return {
    seconds,
    cpuSeconds: user + system + after - before,
    peakMebibytes: peakKibibytes / 1024,
    serverPeakMebibytes: serverPid === undefined ? undefined : await peakMebibytesOf(serverPid),
  };
}

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold blanks; utime and stime are the 14th and 15th field, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function peakMebibytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
