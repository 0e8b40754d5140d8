import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { readComponents } from '../../e2e/harness/component-set.ts';
import { readSettings } from '../../e2e/harness/settings.ts';
import { parseComponentSet } from '../release/component-set.ts';
import { prepareCluster } from './cluster.ts';
import { describeSet } from './describe-set.ts';
import { prepareComponents } from './prepare.ts';

const root = process.cwd();
const print = console.log;

/** Versions, clusters, what runs already: all that a scenario takes as given. */
async function prepare() {
  readSettings(process.env);
  const set = parseComponentSet(await readFile('release.env', 'utf8'));
  await prepareComponents({ root, set, skipGitPull: process.env.SKIP_GIT_PULL === 'true', print });
  const { checkouts } = await readComponents(root);
  const cluster = await prepareCluster({
    root,
    checkout: checkouts['backup-maker'],
    env: process.env,
    print,
  });
  return { cluster, versions: await describeSet(checkouts, set) };
}

const { cluster, versions } = await prepare().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
});
const arguments_ = ['run', '--config', 'e2e/vitest.config.ts', ...process.argv.slice(2)];
const env = { ...process.env, ...cluster, E2E_SET: versions };
const child = spawn('vitest', arguments_, { stdio: 'inherit', env });
const [code] = await once(child, 'close');
print(`set: ${versions}`);
process.exitCode = code ?? 1;
