import { execFileSync } from 'node:child_process';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { manPages } from './man-pages.ts';

describe('the man pages', () => {
  const pages = manPages('1.2.3');

  it('say what --help says', () => {
    const page = pages.get('man8/backup-repository.8') ?? '';
    expect(page).toContain('.TH BACKUP-REPOSITORY 8 "" "backup-maker 1.2.3"');
    expect(page).toContain('.B \\-\\-db\\-url <url>');
    expect(page).toContain('Exit codes: 0 done');
    expect(pages.get('man1/backup-maker.1')).toContain('.SS "backup\\-maker make ');
    expect(pages.get('man1/pgbr.1')).toContain('.SS "pgbr db restore ');
  });

  it.skipIf(!hasPrograms('man')).each([...pages.keys()])('%s is read without a warning', (path) => {
    const warnings = execFileSync('sh', ['-c', 'man --warnings -l - 2>&1 >/dev/null'], {
      input: pages.get(path) ?? '',
      encoding: 'utf8',
    });
    expect(warnings).toBe('');
  });
});
