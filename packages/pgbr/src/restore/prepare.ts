import { isFailure } from '@backup-maker/model';
import type { Toc } from '../archive/toc.ts';
import type { Config } from '../config.ts';
import { quoteIdentifier } from '../identifier.ts';
import type { Server } from '../server.ts';
import { parseDatabaseStatement } from '../sql/database-statement.ts';
import type { Tool } from '../tool.ts';
import { databaseStatements, needsOf, type Selection } from './needs.ts';
import {
  isSuperuser,
  missingParts,
  missingRights,
  missingRoles,
  spaceProblems,
  targetProblems,
} from './preflight.ts';
import type { Roles } from './roles.ts';
import { refusal, type Targets } from './targets.ts';
import { tryStatements } from './trial.ts';

export type RestoreConfig = Extract<Config, { operation: 'restore' }>;
export type DatabaseConfig = RestoreConfig & { readonly database: string };

export interface Preparation {
  readonly server: Server;
  readonly targets: Targets;
  readonly roles: Roles;
  readonly warn: (message: string) => void;
}

/**
 * Look at all that the archive needs, and make the new database, so that the server judges its locale and settings.
 * @throws Failure that names everything that is missing
 */
export async function prepareDatabase(
  toc: Toc,
  config: DatabaseConfig,
  { server, targets, roles, warn }: Preparation,
): Promise<void> {
  const { database, connection } = config;
  const selection = selectionOf(config);
  const needs = needsOf(toc, selection);
  const missing = await missingRoles(server, needs);
  const problems = [
    ...(config.createMissingRoles ? [] : rolesProblem(missing)),
    ...(await missingParts(server, needs)),
    ...((await isSuperuser(server)) ? [] : await missingRights(server, needs, missing)),
    ...(await targetProblems(server, database)),
    ...(config.inPlace ? [] : await spaceProblems(server, connection, database)),
  ];
  if (problems.length === 0 && config.createMissingRoles) {
    for (const role of missing) {
      await roles.create(role);
      warn(`made the role ${quoteIdentifier(role)}, without a login: it was missing`);
    }
  }
  const statements = databaseStatements(toc, selection);
  problems.push(
    ...(await trial(statements, { database, targets, server, isComplete: problems.length === 0 })),
  );
  if (problems.length > 0) {
    throw refusal(problems);
  }
}

function rolesProblem(missing: readonly string[]): readonly string[] {
  const names = missing.map(quoteIdentifier).join(', ');
  return missing.length === 0
    ? []
    : [
        `the dump names the roles ${names}, which the server does not have: make them, or give --create-missing-roles, ` +
          'or --no-owner and --no-privileges',
      ];
}

interface Trial {
  readonly database: string;
  readonly targets: Targets;
  readonly server: Server;
  /** Whether all roles are there. */
  readonly isComplete: boolean;
}

/** Make the database and try its settings, which are taken back: a locale, a privilege or a parameter may be missing. */
async function trial(
  statements: readonly string[],
  { database, targets, server, isComplete }: Trial,
): Promise<readonly string[]> {
  const [creation, ...others] = statements;
  if (creation === undefined) {
    return [];
  }
  try {
    const target = await targets.create(database, creation);
    target.statements.push(...others.map((text) => renamed(text, database)));
    const trials = isComplete ? others.map((text) => renamed(text, target.location)) : [];
    return await tryStatements(server, trials);
  } catch (error) {
    if (isFailure(error, 'busy')) {
      throw error;
    }
    return [error instanceof Error ? error.message : 'the database cannot be made'];
  }
}

function renamed(statement: string, database: string): string {
  return parseDatabaseStatement(statement)?.renamed(database) ?? statement;
}

/** What of the archive is restored, by our flags and by those for pg_restore. */
function selectionOf({ noOwner, noPrivileges, extraArguments }: RestoreConfig): Selection {
  const has = (...flags: readonly string[]) => flags.some((flag) => extraArguments.includes(flag));
  return {
    owners: !(noOwner || has('--no-owner', '-O')),
    privileges: !(noPrivileges || has('--no-privileges', '--no-acl', '-x')),
    tablespaces: !has('--no-tablespaces'),
    comments: !has('--no-comments'),
    securityLabels: !has('--no-security-labels'),
  };
}

/** Turns the archive into SQL; decided without running anything. */
export function archiveTool(
  { container, extraArguments, noOwner, noPrivileges }: RestoreConfig,
  { hasDatabase }: { readonly hasDatabase: boolean },
): Tool {
  const args = [
    ...(hasDatabase ? [] : ['--create']),
    '--file=-',
    ...(noOwner ? ['--no-owner'] : []),
    ...(noPrivileges ? ['--no-privileges'] : []),
    ...extraArguments,
  ];
  return { name: 'pg_restore', arguments: args, server: undefined, container };
}
