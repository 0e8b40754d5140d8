import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';

// The kernel can be told which number comes next, by root and inside of a namespace.
const canChooseNumbers = process.getuid?.() === 0 && existsSync('/proc/sys/kernel/ns_last_pid');

it.skipIf(!hasPrograms('unshare') || !canChooseNumbers)(
  'a command that has ended is not ended again, for its number may be that of another process by then',
  () => {
    const script = join(import.meta.dirname, 'reused-process-id.ts');
    const namespace = ['--pid', '--fork', '--mount-proc', process.execPath, script];
    expect(execFileSync('unshare', namespace, { encoding: 'utf8' })).toBe('SIGTERM');
  },
);
