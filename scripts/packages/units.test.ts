import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';

// In tenths, as --threshold wants it; docs/install/packages.md says why standalone is where it is.
it.skipIf(!hasPrograms('systemd-analyze')).each([
  ['backup-repository', 13],
  ['backup-standalone', 61],
])('the unit of %s is confined as far as it can be', (name, threshold) => {
  const unit = join(import.meta.dirname, 'files', `${name}.service`);
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', '--no-pager', `--threshold=${threshold}`, unit],
    { encoding: 'utf8' },
  );
  expect(status, stdout + stderr).toBe(0);
});
