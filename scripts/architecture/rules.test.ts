import { describe, expect, it } from 'vitest';
import { violations } from './rules.ts';
import { parseSource } from './source.ts';

const check = (files: Readonly<Record<string, string>>) =>
  violations(Object.entries(files).map(([path, text]) => parseSource(path, text)));

describe('the rules of the architecture', () => {
  it.each([
    [
      'a package outside the table',
      'packages/cluster/src/a.ts',
      "import { Secret } from '@backup-maker/kube';",
      'cluster may not import',
    ],
    [
      'a type of such a package',
      'packages/cluster/src/a.ts',
      "import type { Secret } from '@backup-maker/kube';",
      'cluster may not import',
    ],
    [
      'an inline import type',
      'packages/cluster/src/a.ts',
      "export type S = import('@backup-maker/kube').Secret;",
      'cluster may not import',
    ],
    [
      'a re-export',
      'packages/cluster/src/a.ts',
      "export { Secret } from '@backup-maker/kube';",
      'cluster may not import',
    ],
    [
      'a dynamic import',
      'packages/cluster/src/a.ts',
      "await import('@backup-maker/kube');",
      'cluster may not import',
    ],
    [
      'kube in the server, outside the kubernetes document source',
      'packages/server/src/upload/a.ts',
      "import '@backup-maker/kube';",
      'may not import here',
    ],
    [
      'a deep import',
      'packages/api/src/a.ts',
      "import '@backup-maker/model/src/size.ts';",
      'only the index.ts',
    ],
    [
      'a path into another package',
      'packages/api/src/a.ts',
      "import '../../model/src/size.ts';",
      'outside its package',
    ],
    [
      'node in the model',
      'packages/model/src/a.ts',
      "import { readFile } from 'node:fs';",
      'must run in a browser',
    ],
    [
      'the environment outside main.ts',
      'packages/client/src/a.ts',
      'export const url = process.env.BM_URL;',
      'only main.ts may',
    ],
    [
      'arguments outside main.ts',
      'packages/client/src/a.ts',
      "export const a = process['argv'];",
      'only main.ts may',
    ],
    [
      'the clock in a decision',
      'packages/model/src/rotation.ts',
      'export const now = Date.now();',
      'only decides',
    ],
    [
      'a new Date in desired state',
      'packages/controller/src/scheduled-backup/desired.ts',
      'export const now = new Date();',
      'only decides',
    ],
    [
      'the network in a manifest',
      'packages/generator/src/manifests/job.ts',
      "await fetch('https://example.org');",
      'only decides',
    ],
    ['export *', 'packages/api/src/index.ts', "export * from './errors.ts';", 'name what is exported'],
    ['a grab bag', 'packages/api/src/utils.ts', 'export const one = 1;', 'does not say what is inside'],
    ['a file of everything', 'packages/api/src/a.ts', 'export {};\n'.repeat(401), 'split it'],
    [
      'a package that nobody placed',
      'packages/extra/src/a.ts',
      "import '@backup-maker/model';",
      'not in the table',
    ],
  ])('refuse %s', (_what, path, text, message) => {
    expect(check({ [path]: text })).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    [
      'an import that the table allows',
      'packages/api/src/a.ts',
      "import { Secret } from '@backup-maker/model';",
    ],
    [
      'anything in the package that composes',
      'packages/standalone/src/a.ts',
      "import '@backup-maker/cluster';",
    ],
    ['the environment in main.ts', 'packages/client/src/main.ts', 'export const env = process.env;'],
    [
      'a date that is given',
      'packages/model/src/window.ts',
      'export const at = (ms: number) => new Date(ms);',
    ],
    ['node in a test of the model', 'packages/model/src/a.test.ts', "import 'node:util';"],
    ['other packages in a test', 'packages/kube/test/a.test.ts', "import '@backup-maker/cluster';"],
  ])('allow %s', (_what, path, text) => {
    expect(check({ [path]: text })).toEqual([]);
  });

  it('refuse a cycle, also one of types alone', () => {
    const files = {
      'packages/api/src/a.ts': "import type { B } from './b.ts'; export type A = B;",
      'packages/api/src/b.ts': "import type { C } from './c/d.ts'; export type B = C;",
      'packages/api/src/c/d.ts': "import type { A } from '../a.ts'; export type C = A;",
    };
    expect(check(files)).toEqual([
      'import cycle: packages/api/src/a.ts → packages/api/src/b.ts → packages/api/src/c/d.ts',
    ]);
  });
});
