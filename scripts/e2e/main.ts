import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { readComponents } from '../../e2e/harness/component-set.ts';
import { componentNames, parseComponentSet } from '../release/component-set.ts';
import { prepareCluster } from './cluster.ts';
import { prepareComponents } from './prepare.ts';

const root = process.cwd();
const print = console.log;
const set = parseComponentSet(await readFile('release.env', 'utf8'));
await prepareComponents({ root, set, skipGitPull: process.env.SKIP_GIT_PULL === 'true', print });
const { checkouts } = await readComponents(root);
const cluster = await prepareCluster({
  root,
  checkout: checkouts['backup-maker'],
  env: process.env,
  print,
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
});

const versions = componentNames.map((component) => `${component}=${set[component]}`).join(' ');
const arguments_ = ['run', '--config', 'e2e/vitest.config.ts', ...process.argv.slice(2)];
const env = { ...process.env, ...cluster, E2E_SET: versions };
const child = spawn('vitest', arguments_, { stdio: 'inherit', env });
const [code] = await once(child, 'close');
process.exitCode = code ?? 1;
