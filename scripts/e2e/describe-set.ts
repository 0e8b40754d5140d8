import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Component, type ComponentSet, componentNames } from '../release/component-set.ts';

const run = promisify(execFile);

/** A set for the report, such as `server=v0.1.0 …`; what is no tag has its commit, and `+` with changes on it. */
export async function describeSet(
  checkouts: Readonly<Record<Component, string>>,
  set: ComponentSet,
): Promise<string> {
  const parts = componentNames.map(async (component) => {
    const version = set[component];
    const commit = version === 'main' ? `@${await commitOf(checkouts[component])}` : '';
    return `${component}=${version}${commit}`;
  });
  return (await Promise.all(parts)).join(' ');
}

async function commitOf(folder: string): Promise<string> {
  const describe = ['-C', folder, 'describe', '--always', '--exclude=*', '--abbrev=8', '--dirty=+'];
  // An own build of a component need not be a checkout.
  return run('git', describe).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  );
}
