import { Command, InvalidArgumentError, Option } from 'commander';
import { serverVersion } from '../version.ts';
import { type LogLevel, logLevels } from './config.ts';

/** The flags, as they were given or by default. */
export interface Flags {
  readonly namespace: string;
  readonly encodePassword?: string;
  readonly hashJwt?: string;
  readonly verifyAudit?: boolean;
  readonly checkConfig?: boolean;
  readonly dbHostname?: string;
  readonly dbUser?: string;
  readonly dbPassword?: string;
  readonly dbName?: string;
  readonly dbPort?: number;
  readonly dbUrl?: string;
  readonly ignoreOriginalTables?: boolean;
  readonly jwtSecretKey?: string;
  readonly strict?: boolean;
  readonly healthCheckKey?: string;
  readonly requireHealthCode?: boolean;
  readonly logLevel: LogLevel;
  readonly storageUrl?: string;
  readonly useGoogleCloud?: boolean;
  readonly storageHealthTimeout: string;
  readonly storageIoTimeout: string;
  readonly httpUploadTimeout: string;
  readonly httpDownloadTimeout: string;
  readonly uploadSettleTime: string;
  readonly rateDefaultLimit: number;
  readonly rateAuthLimit: number;
  readonly rateCollectionHealthLimit: number;
  readonly rateServerHealthLimit: number;
  readonly scrubPeriod: string;
  readonly listen: string;
  readonly provider: 'kubernetes' | 'filesystem';
  readonly configLocalPath: string;
  readonly dataDir?: string;
  readonly trustedProxies?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

const examples = `
Examples:
  $ export BR_JWT_SECRET_KEY=$(head -c 32 /dev/urandom | base64)
  $ backup-repository --provider filesystem --config-local-path ./config --data-dir ./data
  $ printf %s "$PASSWORD" | backup-repository --encode-password -
  $ backup-repository --storage-url 's3://backups?region=eu-central-1' --db-url postgres://user@db/backups

Exit codes: 0 done, 1 unexpected, 2 bad flags or configuration, or another server has the data folder, 5 a database, storage or API cannot be reached`;

type Parse = (text: string) => unknown;

export interface FlagRow {
  readonly flags: string;
  readonly description: string;
  /** The environment variable that means the same, where it is not made from the name of the flag. */
  readonly variable?: string;
  /** It asks for something else than to start the server, and has no variable. */
  readonly isCommand?: true;
  readonly fallback?: string | number;
  readonly choices?: readonly string[];
  readonly parse?: Parse;
}

export const flagTable: readonly FlagRow[] = [
  { flags: '-n, --namespace <name>', description: 'of users and collections', fallback: 'backup-repository' },
  {
    flags: '--encode-password <text>',
    description: 'print a hash for spec.password; - reads standard input',
    isCommand: true,
  },
  { flags: '--hash-jwt <jwt>', description: 'print the session id of a token', isCommand: true },
  {
    flags: '--check-config',
    description:
      'say what is wrong with the configuration (exit code 2) or that it is good, and start nothing',
    isCommand: true,
  },
  { flags: '--verify-audit', description: 'check the chain of the audit log', isCommand: true },
  { flags: '--db-hostname <host>', description: 'PostgreSQL host' },
  { flags: '--db-user <name>', description: 'PostgreSQL user', variable: 'BR_DB_USERNAME' },
  { flags: '--db-password <text>', description: 'PostgreSQL password' },
  { flags: '--db-name <name>', description: 'PostgreSQL database' },
  { flags: '--db-port <port>', description: 'PostgreSQL port', parse: wholeNumber },
  {
    flags: '--db-url <url>',
    description: 'postgres://… or sqlite:<path>; without any --db-*: SQLite in the data folder',
  },
  {
    flags: '--ignore-original-tables',
    description:
      'go on in a database that holds the tables of the original server, and leave them as they are',
  },
  { flags: '-s, --jwt-secret-key <text>', description: 'key that signs tokens, 32 random characters' },
  { flags: '--strict', description: 'refuse to start with a JWT secret key shorter than that' },
  { flags: '-k, --health-check-key <text>', description: 'key for /ready' },
  {
    flags: '--require-health-code',
    description: 'show the health of a collection without healthSecretRef to nobody, rather than to all',
  },
  {
    flags: '--log-level <level>',
    description: `how much to log: ${logLevels.join(', ')}`,
    parse: logLevel,
    fallback: 'info',
  },
  {
    flags: '--storage-url <url>',
    description: 's3://… gs://… azblob://… file:///… or mem://; a folder in the data folder by default',
    variable: 'BR_STORAGE_DRIVER_URL',
  },
  {
    flags: '--use-google-cloud',
    description: 'the storage is Google Cloud Storage: --storage-url may be the name of the bucket alone',
  },
  { flags: '--storage-health-timeout <duration>', description: 'for the checks of /ready', fallback: '5s' },
  {
    flags: '--storage-io-timeout <duration>',
    description: 'for one operation of the storage',
    fallback: '2h',
  },
  { flags: '--http-upload-timeout <duration>', description: 'for one upload', fallback: '180m' },
  { flags: '--http-download-timeout <duration>', description: 'for one download', fallback: '180m' },
  {
    flags: '--upload-settle-time <duration>',
    description: 'how long the sender of an upload without a length must stay after its last byte',
    fallback: '2s',
  },
  {
    flags: '--scrub-period <duration>',
    description: 'within which every stored version is read again',
    fallback: '30d',
  },
  perAddress('--rate-default-limit <n>', 'requests a second', 5),
  perAddress('--rate-auth-limit <n>', 'failed logins of a user a minute, ten times as many of all,', 10),
  perAddress('--rate-collection-health-limit <n>', 'health checks of collections a minute', 10),
  perAddress('--rate-server-health-limit <n>', 'health checks of the server a minute', 160),
  { flags: '--listen <address>', description: 'where to listen', fallback: ':8080' },
  {
    flags: '-p, --provider <name>',
    description: 'where users and collections are',
    variable: 'BR_CONFIG_PROVIDER',
    choices: ['kubernetes', 'filesystem'],
    fallback: 'kubernetes',
  },
  {
    flags: '--config-local-path <folder>',
    description: 'for the filesystem provider',
    fallback: '~/.backup-repository',
  },
  { flags: '--data-dir <folder>', description: 'for embedded database and storage' },
  {
    flags: '--trusted-proxies <list>',
    description: 'addresses or CIDR ranges, divided by commas, whose X-Forwarded-For counts',
  },
  { flags: '--tls-cert <file>', description: 'certificate chain in PEM; with --tls-key' },
  { flags: '--tls-key <file>', description: 'private key in PEM' },
];

function perAddress(flags: string, description: string, fallback: number): FlagRow {
  return { flags, description: `${description} for each client address`, fallback, parse: wholeNumber };
}

/** The command line. */
export function createFlags(): Command {
  const command = new Command('backup-repository')
    .description('Stores encrypted backups that it cannot read')
    .version(serverVersion)
    .allowExcessArguments(false)
    .addHelpText('after', examples);
  for (const row of flagTable) {
    command.addOption(optionOf(row));
  }
  return command;
}

function optionOf(row: FlagRow): Option {
  const variable = variableOf(row);
  const description = variable ? `${row.description} [${variable}]` : row.description;
  const option = new Option(row.flags, description);
  if (row.choices) {
    option.choices([...row.choices]);
  }
  if (row.parse) {
    option.argParser(row.parse);
  }
  return row.fallback === undefined ? option : option.default(row.fallback);
}

/** The environment variable of a flag; undefined for a command. */
export function variableOf({ flags, variable, isCommand }: FlagRow): string | undefined {
  const name = longName(flags).slice(2).replaceAll('-', '_').toUpperCase();
  return isCommand ? undefined : (variable ?? `BR_${name}`);
}

/** Such as `--db-url`. */
export function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

/** Levels that other programs of the ecosystem have, and ours for them. */
const otherLevels: Readonly<Record<string, LogLevel>> = { warning: 'warn', panic: 'fatal' };

function logLevel(text: string): LogLevel {
  const wanted = text.toLowerCase();
  const level = logLevels.find((known) => known === wanted) ?? otherLevels[wanted];
  if (level === undefined) {
    throw new InvalidArgumentError(`the levels are ${logLevels.join(', ')}`);
  }
  return level;
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) {
    throw new InvalidArgumentError('it must be a whole number');
  }
  return Number(text);
}
