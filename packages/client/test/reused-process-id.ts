import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startCommand } from '../src/process.ts';

// Runs in a PID namespace of its own. Prints which signal ended a process that got the number of a command which had
// ended before, with all that it had started, once the command was disposed of.
mock.timers.enable({ apis: ['setInterval'] });
const command = startCommand(
  { kind: 'shell', text: process.argv[2] ?? '' },
  { connect: 'stdout', env: process.env, signal: new AbortController().signal },
);
const pid = Number(await text(command.stdout ?? Readable.from([])));
await command.ended();
while (hasGroup(pid)) {
  await setImmediate();
}
mock.timers.tick(1000);
writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
const other = spawn('sleep', ['60'], { detached: true });
if (other.pid !== pid) {
  throw new Error(`the next process has the number ${other.pid}, not ${pid}`);
}
const exit = once(other, 'exit');
await command.kill();
other.kill('SIGTERM');
const [, signal] = await exit;
process.stdout.write(String(signal));

function hasGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}
