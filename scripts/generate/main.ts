import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, content] of generatedFiles()) {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === content) {
    continue;
  }
  stale += 1;
  if (check) {
    console.error(`${path} is not what its source makes: run "make generate"`);
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    console.log(`wrote ${path}`);
  }
}
console.log(`generated files: ${generatedFiles().size}, ${stale} ${check ? 'stale' : 'written'}`);
process.exitCode = check && stale > 0 ? 1 : 0;
