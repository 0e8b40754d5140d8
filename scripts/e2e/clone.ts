import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { ComponentSet } from '../release/component-set.ts';
import { componentNames, components } from '../release/component-set.ts';
import { installPackages } from './install-packages.ts';

const run = promisify(execFile);

/** One place in the sources, by what stands there. */
export interface Edit {
  readonly file: string;
  /** Must be there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface ScenarioRun {
  readonly passed: boolean;
  /** All that `make e2e` printed, without colors. */
  readonly output: string;
}

/** A clone of this repository, without its tags, to change, to release from, and to run scenarios in. */
export interface Clone extends AsyncDisposable {
  readonly folder: string;
  edit(edits: readonly Edit[]): Promise<void>;
  commit(message: string): Promise<void>;
  /** Write `release.env`. */
  use(set: ComponentSet): Promise<void>;
  /** `make e2e` with the scenarios whose file names contain one of these words. */
  runScenarios(...names: readonly string[]): Promise<ScenarioRun>;
}

export async function cloneOf(root: string, branch: string): Promise<Clone> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'clone-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // Pods run the client from here, and not as root.
  await chmod(folder, 0o755);
  const git = (...args: readonly string[]) => run('git', ['-C', folder, ...args]);
  await run('git', ['clone', '--quiet', '--no-tags', root, folder]);
  await git('switch', '--quiet', '--force-create', branch);
  await git('config', 'user.name', 'Scenarios');
  await git('config', 'user.email', 'e2e@example.org');
  await installPackages(folder, root);
  const made = stack.move();
  return {
    folder,
    edit: async (edits) => {
      for (const edit of edits) {
        await applyEdit(folder, edit);
      }
    },
    commit: async (message) => {
      await git('commit', '--quiet', '--all', '--message', message);
    },
    use: (set) => {
      const lines = componentNames.map((component) => `${components[component]}=${set[component]}\n`);
      return writeFile(join(folder, 'release.env'), lines.join(''));
    },
    runScenarios: (...names) => runScenarios(folder, names),
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

async function applyEdit(folder: string, { file, find, replace }: Edit): Promise<void> {
  const path = join(folder, file);
  const parts = (await readFile(path, 'utf8')).split(find);
  if (parts.length !== 2) {
    throw new Error(`${file} has ${parts.length - 1} times "${find}", which was to be there once`);
  }
  await writeFile(path, parts.join(replace));
}

async function runScenarios(folder: string, names: readonly string[]): Promise<ScenarioRun> {
  // What `make` looks at: a release writes package.json, yet needs no other packages.
  await writeFile(join(folder, 'node_modules/.installed'), '');
  const child = spawn('make', ['e2e', `SCENARIO=${names.join(' ')}`], {
    cwd: folder,
    env: { ...withoutRunner(process.env), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, messages, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { passed: code === 0, output: output + messages };
}

/** A run inside of another must not take itself for a part of it, nor try a scenario again that is to fail. */
function withoutRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofRunner = /^(VITEST|TEST$|NODE_ENV$|MAKE|MFLAGS|CI$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofRunner.test(name)));
}
