import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram, howToInstall } from './program.ts';

describe('findProgram', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'program-'));
    await writeFile(join(folder, 'only-a-file'), '');
    await writeFile(join(folder, 'program-of-a-test'), '');
    await chmod(join(folder, 'program-of-a-test'), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds what can be run', () => {
    expect(findProgram('program-of-a-test', folder)).toBe(join(folder, 'program-of-a-test'));
  });

  it.each(['only-a-file', 'nothing-of-this-name'])('does not find %s', (name) => {
    expect(findProgram(name, folder)).toBeUndefined();
  });
});

it.each([
  [['curl'], 'apt-get install curl'],
  [['postgres', 'initdb', 'psql'], 'apt-get install postgresql postgresql-client'],
  [['versitygw'], 'go install github.com/versity/versitygw/cmd/versitygw@v1.8.0'],
  [
    ['gpg', 'fake-gcs-server'],
    'apt-get install gnupg && go install github.com/fsouza/fake-gcs-server@v1.56.1',
  ],
])('%j comes with: %s', (programs, command) => {
  expect(howToInstall(programs)).toBe(command);
});
