import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.github/workflows');
const names = readdirSync(folder);

it.skipIf(!hasPrograms('actionlint'))('workflows are right for GitHub', () => {
  // Fails with what is wrong.
  execFileSync(
    'actionlint',
    names.map((name) => join(folder, name)),
    { cwd: root, encoding: 'utf8' },
  );
});

it.each(names)('%s calls only targets of the Makefile', (name) => {
  const makefile = readFileSync(join(root, 'Makefile'), 'utf8');
  const targets = [...makefile.matchAll(/^([a-z0-9-]+):/gm)].map(([, target]) => target);
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  const called = lines
    .filter((line) => line.includes('run: make') || line.includes('&& make'))
    .flatMap((line) => [...line.matchAll(/\bmake ((?:[a-z][a-z0-9-]*(?: |$))+)/g)])
    .flatMap(([, words = '']) => words.trim().split(' '));
  expect(called.filter((target) => !targets.includes(target))).toEqual([]);
});
