import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';

const demo = resolve(import.meta.dirname, '../src/demo/main.ts');
/** Root of this machine, without the right to mount; other users do not have it anyway. */
const withoutMounts = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_admin', '--'] : [];

describe.skipIf(!hasPrograms('setpriv'))('make demo', { timeout: 60_000 }, () => {
  it('says at once that pods can not mount here, and why', async () => {
    const [file = '', ...args] = [...withoutMounts, process.execPath, demo];
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((done) => {
      execFile(file, args, (error, stdout) => done({ code: error?.code, stdout }));
    });
    expect(stdout).toMatch(/here they can't: .*(Operation not permitted|containers need root)/);
    expect(stdout).toContain('Run it as root on Linux');
    expect(stdout).not.toContain('backing up');
    expect(code).toBe(1);
  });
});
