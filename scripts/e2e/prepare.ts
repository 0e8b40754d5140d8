import { execFile } from 'node:child_process';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Component,
  type ComponentSet,
  componentFolders,
  componentNames,
} from '../release/component-set.ts';
import { installPackages } from './install-packages.ts';

const run = promisify(execFile);

export interface PrepareOptions {
  readonly root: string;
  readonly set: ComponentSet;
  /** Take what is in `.build` as it is. */
  readonly skipGitPull: boolean;
  readonly print: (line: string) => void;
}

/**
 * Put the checkout of every component that the set names by a tag into `.build`, as a git worktree with its
 * packages installed. A symbolic link there is a user's own build, and stays. A worktree of a component that is
 * at `main` is from an earlier set, and goes.
 */
export async function prepareComponents(options: PrepareOptions): Promise<void> {
  await mkdir(join(options.root, '.build'), { recursive: true });
  for (const component of componentNames) {
    await prepare(options, component);
  }
}

async function prepare(
  { root, set, skipGitPull, print }: PrepareOptions,
  component: Component,
): Promise<void> {
  const folder = join(root, '.build', componentFolders[component]);
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isSymbolicLink()) {
    print(`${component}: the build that ${folder} points to`);
    return;
  }
  if (skipGitPull && found) {
    print(`${component}: ${folder} as it is`);
    return;
  }
  const git = (...args: readonly string[]) => run('git', ['-C', root, ...args]);
  if (found) {
    await git('worktree', 'remove', '--force', folder);
  }
  if (set[component] === 'main') {
    print(`${component}: this checkout`);
    return;
  }
  print(`${component}: ${set[component]}, checked out to ${folder}`);
  await git('worktree', 'add', '--force', '--detach', folder, `refs/tags/${set[component]}`);
  await installPackages(folder, root);
}
