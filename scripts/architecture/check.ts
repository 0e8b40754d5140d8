import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { violations } from './rules.ts';
import { parseSource } from './source.ts';

/** Files that git knows or would add, so that a new file is checked before it is committed. */
const listed = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  { encoding: 'utf8' },
);
const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '');

const sources = await Promise.all(
  paths.map(async (path) => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : parseSource(path, text);
  }),
);
const found = violations(sources.filter((source) => source !== undefined));
for (const line of found) {
  console.error(line);
}
console.log(`architecture: ${paths.length} files, ${found.length} violations`);
process.exitCode = found.length === 0 ? 0 : 1;
