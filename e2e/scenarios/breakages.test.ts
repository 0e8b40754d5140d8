import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { cloneOf, type Edit } from '../../scripts/e2e/clone.ts';
import { isGivenCluster, partsAreGiven } from '../harness/settings.ts';

const root = resolve(import.meta.dirname, '../..');

interface Breakage {
  readonly what: string;
  readonly edit: Edit;
  /** The scenario that is to notice. */
  readonly scenario: string;
  /** How it points there. */
  readonly says: RegExp;
}

const breakages: readonly Breakage[] = [
  {
    what: 'a server that drops every tenth upload',
    edit: {
      file: 'packages/server/src/upload/commit.ts',
      find: '    return { version, rotatedOut: plan.remove };\n',
      replace: `    if (version.versionNumber % 10 === 0) await markDeleted(transaction, [version.id], 0);
    return { version, rotatedOut: plan.remove };
`,
    },
    scenario: 'stored-versions',
    says: /the versions of 12 uploads, all reported as stored[\s\S]*- {3}10,/,
  },
  {
    what: 'a controller that forgets targetVersion',
    edit: {
      file: 'packages/controller/src/requested-action/desired.ts',
      find: 'const { action: operation, targetVersion } = action.spec;',
      replace: 'const { action: operation } = action.spec, targetVersion = undefined;',
    },
    scenario: 'stored-versions',
    says: /the file after a restore with targetVersion v1: expected 'of the second version'/,
  },
  {
    what: 'a template with a wrong flag',
    edit: {
      file: 'packages/generator/src/builtin/postgres.ts',
      find: 'command: `pgbr db backup ${connection}',
      replace: 'command: `pgbr db backup --no-such-flag ${connection}',
    },
    scenario: 'postgres',
    says: /the action backup-shop-\S+ is not healthy[\s\S]*unknown option '--no-such-flag'/,
  },
];

// Scenarios that cannot fail would prove nothing.
it.skipIf(partsAreGiven(process.env)).for(breakages)(
  '$what makes a scenario fail that says so',
  // As long as the scenario in the clone may take, and the clone.
  { timeout: 600_000 },
  async ({ edit, scenario, says }, { skip }) => {
    skip(
      isGivenCluster(process.env),
      'needs the embedded cluster: pods run the client of a changed checkout',
    );
    await using clone = await cloneOf(root, 'broken');
    await clone.edit([edit]);
    const { passed, output } = await clone.runScenarios(scenario);
    expect(output).toMatch(says);
    expect(passed).toBe(false);
  },
);
