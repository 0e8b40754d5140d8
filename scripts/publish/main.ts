import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatherArtifacts, PublishError } from './artifacts.ts';
import { publishSteps } from './steps.ts';

/** Publishes what was built: node scripts/publish/main.ts [--dry-run]. With --dry-run it prints the commands. */
const root = process.cwd();
const isDryRun = process.argv.includes('--dry-run');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };

async function run([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new PublishError(`${program} ended with ${code}: what was published before stays`);
  }
}

try {
  const artifacts = await gatherArtifacts(root, version, { isDryRun });
  for (const step of publishSteps(artifacts, { version, chartRegistry: 'ghcr.io/backup-maker/charts' })) {
    console.log(step.join(' '));
    if (!isDryRun) {
      await run(step);
    }
  }
} catch (error) {
  if (!(error instanceof PublishError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
