import { Failure, Secret } from '@backup-maker/model';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseName } from './identifier.ts';

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | undefined;
  /** Where to connect first; it must exist. */
  readonly connectionDatabase: string;
}

/** Runs the tools of another PostgreSQL version in a container. */
export interface Container {
  readonly image: string;
}

interface Operation {
  readonly connection: Connection;
  /** Undefined means all databases, with roles. */
  readonly database: string | undefined;
  /** Passed on to pg_dump, pg_dumpall, pg_restore or psql. */
  readonly extraArguments: readonly string[];
  readonly container: Container | undefined;
}

export type Config =
  | { readonly operation: 'help'; readonly text: string; readonly exitCode: number }
  | ({ readonly operation: 'backup'; readonly compressionLevel: number } & Operation)
  | ({
      readonly operation: 'restore';
      /** Roles that the dump names and the server lacks are made, without a login. */
      readonly createMissingRoles: boolean;
      readonly noOwner: boolean;
      readonly noPrivileges: boolean;
      /** The old database goes before the new one comes. */
      readonly inPlace: boolean;
      readonly searchPath: string | undefined;
      readonly verbose: boolean;
    } & Operation);

type Environment = Readonly<Record<string, string | undefined>>;

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly dbName: string;
  readonly connectionDatabase: string;
  readonly compressionLevel: number;
}

interface RestoreFlags extends Flags {
  readonly createMissingRoles?: boolean;
  readonly owner: boolean;
  readonly privileges: boolean;
  readonly inPlace?: boolean;
  readonly searchPath?: string;
  readonly verbose?: boolean;
}

const exitCodesHelp = `
Exit codes: 0 done; 1 unexpected; 2 usage; 3 a PostgreSQL tool failed, or an index could not be made; 4 refused, nothing
was changed; 5 no connection to the server; 6 the dump is cut short.

Environment:
  PGPASSWORD            the password, better than --password, which the process list shows
  PGPASSFILE            a file with passwords (default: ~/.pgpass), where none is given
  PGSSL…, PGGSS…, PGKRB…, PGCHANNELBINDING, PGREQUIRE…, PGCONNECT_TIMEOUT
                        how connections are protected, as for libpq; its other variables have no effect
  PGBR_USE_CONTAINER    true: run the PostgreSQL tools through "docker run"
  POSTGRES_VERSION      the version of the tools in the container, such as 16
  PGBR_CONTAINER_IMAGE  the image (default: postgres)

Examples:
  pgbr db backup -d shop > shop.dump
  pgbr db restore -d shop < shop.dump
  pgbr db restore -d shop_yesterday --no-owner < shop.dump
  pgbr db restore -d shop --create-missing-roles --verbose < shop.dump
  pgbr db backup > all.sql && pgbr db restore < all.sql
  pgbr db backup -d shop -- --schema=public --no-owner`;

const restoreHelp = `
What the dump needs is looked at first: all that is missing is named at once, and nothing is changed. Then it goes into
a new database beside the old one, which stays in use; when all is there, the old one's sessions are ended and both are
exchanged in one transaction. A restore that fails or is interrupted leaves the old database as it was.`;

/**
 * What the command line and the environment ask for.
 * @throws Failure `invalid-input` with a message for the user
 */
export function loadConfig(argv: readonly string[], env: Environment, version: string): Config {
  const output: string[] = [];
  let config: Config | undefined;
  const program = buildProgram({
    version,
    env,
    output,
    choose: (choice) => {
      config = choice;
    },
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    return usage(error, output);
  }
  return config ?? { operation: 'help', text: program.helpInformation(), exitCode: 2 };
}

interface ProgramOptions {
  readonly version: string;
  readonly env: Environment;
  /** Gets help and messages about wrong usage. */
  readonly output: string[];
  readonly choose: (config: Config) => void;
}

/** The parser of the whole command line; parsing it does nothing but call `choose`. */
export function buildProgram({ version, env, output, choose }: ProgramOptions): Command {
  const program = quiet(new Command('pgbr'), output)
    .description('Dumps and restores PostgreSQL databases.')
    .version(version, '-V, --version', 'print the version of this program');
  const db = quiet(program.command('db'), output).description('Databases');
  db.addHelpText('after', exitCodesHelp);
  program.addHelpText('after', exitCodesHelp);

  withConnection(quiet(db.command('backup'), output))
    .description('Dump a database (or all) to standard output')
    .addOption(
      new Option('-Z, --compression-level <0-9>', 'of the dump; 0 where the stream is compressed later')
        .argParser(wholeNumber(0, 9))
        .default(7),
    )
    .argument('[arguments...]', 'for pg_dump (or pg_dumpall), after --')
    .action((extra: readonly string[], flags: Flags) => {
      choose({
        operation: 'backup',
        ...operation(flags, extra, env),
        compressionLevel: flags.compressionLevel,
      });
    });
  withConnection(quiet(db.command('restore'), output))
    .description('Restore from standard input, and replace the database when all is there')
    .option('--create-missing-roles', 'make roles that the dump names and the server lacks, without a login')
    .option('--no-owner', 'all belongs to the user who restores')
    .option('--no-privileges', 'without GRANT and REVOKE')
    .option(
      '--in-place',
      'remove the old database first: for disks that do not hold both; a failure leaves neither',
    )
    .option('--search-path <schemas>', 'for functions that name no schemas, such as: public')
    .option('-v, --verbose', 'say what is being restored')
    .argument('[arguments...]', 'for pg_restore (or psql), after --')
    .addHelpText('after', restoreHelp)
    .action((extra: readonly string[], flags: RestoreFlags) => {
      choose({ operation: 'restore', ...operation(flags, extra, env), ...restoreFlags(flags) });
    });
  return program;
}

function quiet(command: Command, output: string[]): Command {
  const write = (text: string): void => {
    output.push(text);
  };
  return command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
}

function withConnection(command: Command): Command {
  return command
    .option('-H, --host <host>', 'host, or the folder of a socket', '127.0.0.1')
    .addOption(new Option('-p, --port <port>', 'port').argParser(wholeNumber(1, 65_535)).default(5432))
    .option('-U, --user <user>', 'user', 'postgres')
    .option('-P, --password <password>', 'password (better: PGPASSWORD)')
    .option('-d, --db-name <name>', 'database; without it all of them', '')
    .option('-D, --connection-database <name>', 'an existing database to connect to first', 'postgres');
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

function operation(flags: Flags, extraArguments: readonly string[], env: Environment): Operation {
  // An empty one is none, as for the PostgreSQL tools.
  const password = flags.password || env.PGPASSWORD;
  return {
    connection: {
      host: flags.host,
      port: flags.port,
      user: parseName(flags.user),
      password: password ? new Secret(password) : undefined,
      connectionDatabase: parseName(flags.connectionDatabase),
    },
    database: flags.dbName === '' ? undefined : parseName(flags.dbName),
    extraArguments,
    container: container(env),
  };
}

function restoreFlags(flags: RestoreFlags) {
  const {
    createMissingRoles = false,
    owner,
    privileges,
    inPlace = false,
    searchPath,
    verbose = false,
  } = flags;
  if (flags.dbName === '' && !(owner && privileges && !createMissingRoles)) {
    throw new Failure(
      'invalid-input',
      '--no-owner, --no-privileges and --create-missing-roles are for one database (--db-name): a dump of all brings its roles',
    );
  }
  return { createMissingRoles, noOwner: !owner, noPrivileges: !privileges, inPlace, searchPath, verbose };
}

function container(env: Environment): Container | undefined {
  if (env.PGBR_USE_CONTAINER !== 'true') {
    return undefined;
  }
  const { POSTGRES_VERSION: version = '', PGBR_CONTAINER_IMAGE: image = 'postgres' } = env;
  if (!/^\w[\w.-]{0,127}$/.test(version) || !/^[a-z0-9][\w./:-]*$/.test(image)) {
    throw new Failure('invalid-input', 'PGBR_USE_CONTAINER needs POSTGRES_VERSION, an image tag such as 16');
  }
  return { image: `${image}:${version}` };
}

function usage(error: unknown, output: readonly string[]): Config {
  if (error instanceof CommanderError) {
    return { operation: 'help', text: output.join(''), exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  throw error;
}
