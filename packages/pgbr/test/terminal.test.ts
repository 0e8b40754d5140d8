import { execFileSync } from 'node:child_process';
import { hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';

const launcher = new URL('../bin/pgbr.js', import.meta.url).pathname;

it.skipIf(!hasPrograms('script')).each([
  ['backup', 'redirect it'],
  ['restore', 'give the dump on standard input'],
])('refuses a terminal for the dump of a %s', (operation, message) => {
  const command = `'${process.execPath}' '${launcher}' db ${operation} -d shop; echo ended with $?`;
  const output = execFileSync('script', ['--quiet', '--command', command, '/dev/null']).toString();
  expect(output).toContain(message);
  expect(output).toContain('ended with 2');
});
