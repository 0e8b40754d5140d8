import { Failure } from '@backup-maker/model';
import type { ServerConfig } from '@backup-maker/server';
import {
  type Environment,
  type FlagRow,
  flagTable,
  loadConfig,
  longName,
  variableOf,
} from '@backup-maker/server';
import { type Command, Option } from 'commander';

/** What standalone says itself: where all is kept, where users and collections are, and how much is logged. */
const ownFlags: ReadonlySet<string> = new Set([
  '--namespace',
  '--listen',
  '--log-level',
  '--data-dir',
  '--provider',
  '--config-local-path',
]);

/** Flags of the repository server that standalone has as well, with their variables. */
export const repositoryFlags: readonly FlagRow[] = flagTable.filter(
  ({ flags, isCommand }) => !isCommand && !ownFlags.has(longName(flags)),
);

/**
 * Higher than those of a server by itself: all that comes from this machine, be it ten databases whose backups
 * begin at 02:00, has one and the same address.
 */
const rateLimits: Environment = {
  BR_RATE_DEFAULT_LIMIT: '200',
  BR_RATE_AUTH_LIMIT: '240',
  BR_RATE_COLLECTION_HEALTH_LIMIT: '240',
  BR_RATE_SERVER_HEALTH_LIMIT: '240',
};

/** Adds them to a command line, as text: the server reads them. */
export function addRepositoryFlags(command: Command): void {
  command.optionsGroup('Options of the Backup Repository:');
  for (const row of repositoryFlags) {
    const value = row.flags.includes('<') ? (/<[^>]+>/.exec(row.flags)?.[0] ?? '') : '[true|false]';
    command.addOption(
      new Option(`${longName(row.flags)} ${value}`, `${row.description} [${variableOf(row)}]`),
    );
  }
}

/** The words of a command line that a server takes, from what was read by `addRepositoryFlags`. */
export function repositoryArguments(command: Command): readonly string[] {
  return repositoryFlags.flatMap(({ flags }) => {
    const name = longName(flags);
    const option = command.options.find(({ long }) => long === name);
    const value: unknown = option && command.getOptionValue(option.attributeName());
    return value === undefined ? [] : [`${name}=${value}`];
  });
}

export interface RepositoryPlan {
  readonly config: ServerConfig;
  /** What was given and has no effect. */
  readonly warnings: readonly string[];
}

/**
 * What the server of a standalone does that keeps its data in `folder`.
 * @throws Failure `invalid-input`
 */
export function planRepository(folder: string, argv: readonly string[], env: Environment): RepositoryPlan {
  const own = new Set(
    flagTable.filter(({ flags }) => ownFlags.has(longName(flags))).map((row) => variableOf(row) ?? ''),
  );
  const passed = Object.entries(env).filter(([name]) => !own.has(name));
  const loaded = loadConfig([...argv, `--data-dir=${folder}`], {
    ...rateLimits,
    ...Object.fromEntries(passed),
  });
  if (loaded.kind !== 'serve') {
    throw new Failure('internal', `the flags of the repository ask for ${loaded.kind}`);
  }
  const ignored = [...own].filter((name) => env[name]);
  return {
    config: loaded.config,
    warnings: [
      ...loaded.warnings.filter((warning) => !warning.startsWith('--data-dir ')),
      ...ignored.map((name) => `${name} has no effect here: see backup-standalone --help`),
    ],
  };
}
