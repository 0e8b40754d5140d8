import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';

// The kernel can be told which number comes next, by root and inside of a namespace.
// In a chroot, whose root is no mount point, unshare(1) can't give it a /proc of its own.
const canChooseNumbers =
  process.getuid?.() === 0 &&
  existsSync('/proc/sys/kernel/ns_last_pid') &&
  / \/ \/ /.test(readFileSync('/proc/self/mountinfo', 'utf8'));

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
