import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { componentNames, parseComponentSet } from '../release/component-set.ts';
import { prepareComponents } from './prepare.ts';

const root = process.cwd();
const set = parseComponentSet(await readFile('release.env', 'utf8'));
await prepareComponents({ root, set, skipGitPull: process.env.SKIP_GIT_PULL === 'true', print: console.log });

const versions = componentNames.map((component) => `${component}=${set[component]}`).join(' ');
const arguments_ = ['run', '--config', 'e2e/vitest.config.ts', ...process.argv.slice(2)];
const child = spawn('vitest', arguments_, { stdio: 'inherit', env: { ...process.env, E2E_SET: versions } });
const [code] = await once(child, 'close');
process.exitCode = code ?? 1;
