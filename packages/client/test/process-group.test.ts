import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';

// The kernel can be told which number comes next, by root and inside of a namespace.
const canChooseNumbers = process.getuid?.() === 0 && existsSync('/proc/sys/kernel/ns_last_pid');

describe.skipIf(!hasPrograms('unshare') || !canChooseNumbers)('a command that has ended', () => {
  it.each([
    ['alone', 'echo $$'],
    ['before what it left behind', 'sleep 0.3 & echo $$'],
  ])('%s is not ended again, for its number may be that of another process by then', (_when, command) => {
    const script = join(import.meta.dirname, 'reused-process-id.ts');
    // The first process of a namespace is the one that reaps orphans, which Node.js would not do.
    const shell = ['bash', '-c', '"$@"; exit', 'bash', process.execPath, script, command];
    const namespace = ['--pid', '--fork', '--mount-proc', ...shell];
    expect(execFileSync('unshare', namespace, { encoding: 'utf8' })).toBe('SIGTERM');
  });
});
