import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startCommand } from '../src/process.ts';

// Runs in a PID namespace of its own. Prints which signal ended a process that got the number of a command which had
// ended before, once the command was disposed of.
const command = startCommand(
  { kind: 'shell', text: 'echo $$' },
  { connect: 'stdout', env: process.env, signal: new AbortController().signal },
);
const pid = Number(await text(command.stdout ?? Readable.from([])));
await command.ended();
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
