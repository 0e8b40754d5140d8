import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startCommand } from './process.ts';

it('leaves nothing behind that a command started and did not wait for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'process-'));
  const fifo = join(folder, 'fifo');
  await promisify(execFile)('mkfifo', [fifo]);
  try {
    const command = startCommand(
      { kind: 'shell', text: 'sleep 1000 <&- > "$FIFO" 2>&1 &' },
      { connect: 'stdin', env: { ...process.env, FIFO: fifo }, signal: new AbortController().signal },
    );
    // Opens once `sleep` has it open, too, and ends with the last process that has.
    await using held = await open(fifo, 'r');
    await command.ended();
    const end = held.read(Buffer.alloc(1), 0, 1, null);
    await command.kill();
    expect((await end).bytesRead).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
