import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundle } from './bundle.ts';
import { type Executable, executables } from './executables.ts';
import { writeSingleExecutable } from './single-executable.ts';

/**
 * Builds the programs of this project as executables that need no Node.js:
 *
 * node scripts/binaries/build.ts [folder, by default .build/binaries] [--only NAME]…
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true } },
});
const [target = join(import.meta.dirname, '../../.build/binaries')] = positionals;

await mkdir(target, { recursive: true });
for (const executable of wanted(values.only)) {
  await build(executable);
}

function wanted(names: readonly string[] | undefined): readonly Executable[] {
  const unknown = names?.find((name) => executables.every((executable) => executable.name !== name));
  if (unknown !== undefined) {
    const known = executables.map(({ name }) => name).join(', ');
    throw new Error(`--only ${unknown}: there is no such executable; there are ${known}`);
  }
  return executables.filter(({ name }) => names?.includes(name) ?? true);
}

async function build({ name, entry, links, execArgv }: Executable): Promise<void> {
  const file = join(target, name);
  const bundle = `${file}.cjs`;
  await writeBundle(join(import.meta.dirname, 'entry', entry), bundle);
  await writeSingleExecutable({ bundle, execArgv, file });
  await rm(bundle);
  for (const link of links) {
    await rm(join(target, link), { force: true });
    await symlink(name, join(target, link));
  }
}
