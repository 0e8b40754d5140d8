import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface MeasuredProcess extends AsyncDisposable {
  readonly url: string;
  /** The largest resident memory since the last call, in bytes. */
  takePeakBytes(): Promise<number>;
}

/** Start a program that says where it listens, and watch its memory. */
export async function startMeasured(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredProcess> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = /listening at (http:[^"\s]+)/i.exec(line)?.[1] ?? '';
    if (url) {
      break;
    }
  }
  child.stdout.resume();
  let peakBytes = 0;
  const look = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
  };
  const timer = setInterval(() => void look(), 50);
  return {
    url,
    async takePeakBytes() {
      await look();
      const peak = peakBytes;
      peakBytes = 0;
      return peak;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      child.kill('SIGTERM');
      await exited;
    },
  };
}
