import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from '../binaries/bundle.ts';

const run = promisify(execFile);

/**
 * Builds the npm package `backup-maker` with its programs as JavaScript, for `npm install --global`:
 *
 * node scripts/npm/build.ts [folder, by default .build/npm]
 */
const root = join(import.meta.dirname, '../..');
const target = process.argv[2] ?? join(root, '.build/npm');
const folder = join(target, 'backup-maker');

/** Which source each program begins with. */
const programs = [
  { name: 'backup-maker', from: 'packages/client' },
  { name: 'bmg', from: 'packages/client' },
  { name: 'pgbr', from: 'packages/pgbr' },
] as const;

await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'bin'), { recursive: true });
await compile();
for (const { name, from } of programs) {
  // It tells an old Node.js so, before anything is loaded that it can't read.
  const launcher = await readFile(join(root, from, 'bin', `${name}.js`), 'utf8');
  const compiled = launcher.replace('../src/main.ts', `../dist/${from.replace('packages/', '')}.js`);
  await writeFile(join(folder, 'bin', `${name}.js`), compiled, { mode: 0o755 });
}
await describePackage();
for (const name of ['LICENSE', 'README.md']) {
  await copyFile(
    name === 'README.md' ? join(import.meta.dirname, 'package.md') : join(root, name),
    join(folder, name),
  );
}
const { stdout } = await run('npm', ['pack', '--pack-destination', target], { cwd: folder });
console.log(join(target, stdout.trim()));

async function compile(): Promise<void> {
  const build = await bundle(
    Object.fromEntries(
      programs.map(({ from }) => [from.replace('packages/', ''), join(root, from, 'src/main.ts')]),
    ),
  );
  await build.write({ dir: join(folder, 'dist'), format: 'esm', sourcemap: true });
  await build.close();
}

async function describePackage(): Promise<void> {
  const { version, license, description } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const own = {
    name: 'backup-maker',
    version,
    description,
    license,
    // npm refuses a provenance that names another repository.
    repository: { type: 'git', url: 'git+https://github.com/backup-maker/backup-maker.git' },
    type: 'module',
    keywords: ['backup', 'encryption', 'openpgp', 'restore', 'postgresql'],
    bin: Object.fromEntries(programs.map(({ name }) => [name, `bin/${name}.js`])),
    // Programs alone: there is nothing to import.
    exports: { './package.json': './package.json' },
    files: ['bin', 'dist'],
    engines: { node: '>=24' },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
}
