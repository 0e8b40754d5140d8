import { expect, it } from 'vitest';
import { notesOf, publishSteps } from './steps.ts';

const artifacts = {
  archives: ['a.tar.gz'],
  packages: ['p.deb'],
  charts: ['c.tgz'],
  modules: ['m.tgz'],
  images: [{ file: 'i.tar', tag: 'ghcr.io/backup-maker/i:1.2.3' }],
  notes: 'notes.md',
  checksums: 'SHA256SUMS',
  components: 'sbom.json',
};

it('publishes images before the charts that name them, and what people find last', () => {
  const steps = publishSteps(artifacts, { version: '1.2.3', chartRegistry: 'ghcr.io/backup-maker/charts' });
  expect(steps).toEqual([
    ['skopeo', 'copy', 'oci-archive:i.tar', 'docker://ghcr.io/backup-maker/i:1.2.3'],
    ['npm', 'publish', 'm.tgz', '--access', 'public', '--provenance'],
    ['helm', 'push', 'c.tgz', 'oci://ghcr.io/backup-maker/charts'],
    [
      ...[
        'gh',
        'release',
        'create',
        'v1.2.3',
        '--verify-tag',
        '--title',
        'v1.2.3',
        '--notes-file',
        'notes.md',
      ],
      ...['a.tar.gz', 'p.deb', 'm.tgz', 'c.tgz', 'SHA256SUMS', 'sbom.json'],
    ],
  ]);
});

it('takes the notes of one version from the changelog', () => {
  const changelog =
    '# Changes\n\n## v1.2.3 (2026-11-27)\n\n### Server\n\n- x\n\n## v1.2.2 (2026-11-01)\n\n- y\n';
  expect(notesOf(changelog, '1.2.3')).toBe('## v1.2.3 (2026-11-27)\n\n### Server\n\n- x');
  expect(notesOf(changelog, '1.2.2')).toBe('## v1.2.2 (2026-11-01)\n\n- y');
  expect(notesOf(changelog, '1.2')).toBeUndefined();
});
