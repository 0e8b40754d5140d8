import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gitIn } from './git.ts';
import { ReleaseError, release } from './release.ts';

const [version = '', ...flags] = process.argv.slice(2);
const folder = process.cwd();

async function test(): Promise<void> {
  const child = spawn('make', ['test', 'e2e'], { cwd: folder, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new ReleaseError('make test e2e failed: nothing was changed');
  }
}

try {
  await release({
    folder,
    git: gitIn(folder),
    version,
    dryRun: flags.includes('--dry-run'),
    date: new Date().toISOString().slice(0, 10),
    test,
    print: console.log,
  });
} catch (error) {
  if (!(error instanceof ReleaseError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
