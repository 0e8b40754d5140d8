import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Component,
  type ComponentSet,
  componentFolders,
  componentNames,
  components,
  parseComponentSet,
} from '../../scripts/release/component-set.ts';

/** The checkout that a component is taken from, by component. */
export type Checkouts = Readonly<Record<Component, string>>;

/** The versions that `release.env` of a checkout names, and where each of them is. */
export interface Components {
  readonly set: ComponentSet;
  readonly checkouts: Checkouts;
}

export async function readComponents(root: string): Promise<Components> {
  const set = parseComponentSet(await readFile(join(root, 'release.env'), 'utf8'));
  return { set, checkouts: checkoutsOf(root, set) };
}

/** The checkout of each component of a set: this one for `main`, unless something was put into `.build`. */
function checkoutsOf(root: string, set: ComponentSet): Checkouts {
  const entries = componentNames.map((component) => {
    const folder = join(root, '.build', componentFolders[component]);
    if (existsSync(folder)) {
      return [component, folder] as const;
    }
    if (set[component] !== 'main') {
      throw new Error(
        `${components[component]}=${set[component]}, yet ${folder} is not there: make e2e checks it out`,
      );
    }
    return [component, root] as const;
  });
  return Object.fromEntries(entries) as Checkouts;
}

/** The executable of a component, run with the Node.js of its checkout. */
export function executable(checkouts: Checkouts, component: Component): readonly string[] {
  const file = {
    controller: 'packages/controller/bin/backup-maker-controller.js',
    'backup-maker': 'packages/client/bin/backup-maker.js',
    server: 'packages/server/bin/backup-repository.js',
  }[component];
  return [join(checkouts[component], 'node_modules/node/bin/node'), join(checkouts[component], file)];
}
