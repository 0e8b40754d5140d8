import { Command, InvalidArgumentError, Option } from 'commander';
import { serverVersion } from '../version.ts';
import { type LogLevel, logLevels } from './config.ts';
import type { Environment } from './environment.ts';

/** The flags, as they were given or by default. */
export interface Flags {
  readonly namespace: string;
  readonly encodePassword?: string;
  readonly hashJwt?: string;
  readonly verifyAudit?: boolean;
  readonly dbHostname?: string;
  readonly dbUser?: string;
  readonly dbPassword?: string;
  readonly dbName?: string;
  readonly dbPort?: number;
  readonly dbUrl?: string;
  readonly jwtSecretKey?: string;
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

Exit codes: 0 done, 1 unexpected, 2 bad flags or configuration, 5 a database, storage or API cannot be reached`;

type Parse = (text: string) => unknown;

interface FlagRow {
  readonly flags: string;
  readonly description: string;
  /** The environment variable that means the same. */
  readonly variable?: string;
  readonly fallback?: string | number;
  readonly choices?: readonly string[];
  readonly parse?: Parse;
}

const flagTable: readonly FlagRow[] = [
  { flags: '-n, --namespace <name>', description: 'of users and collections', fallback: 'backup-repository' },
  {
    flags: '--encode-password <text>',
    description: 'print a hash for spec.password; - reads standard input',
  },
  { flags: '--hash-jwt <jwt>', description: 'print the session id of a token' },
  { flags: '--verify-audit', description: 'check the chain of the audit log' },
  { flags: '--db-hostname <host>', description: 'PostgreSQL host', variable: 'BR_DB_HOSTNAME' },
  { flags: '--db-user <name>', description: 'PostgreSQL user', variable: 'BR_DB_USERNAME' },
  { flags: '--db-password <text>', description: 'PostgreSQL password', variable: 'BR_DB_PASSWORD' },
  { flags: '--db-name <name>', description: 'PostgreSQL database', variable: 'BR_DB_NAME' },
  { flags: '--db-port <port>', description: 'PostgreSQL port', variable: 'BR_DB_PORT', parse: wholeNumber },
  {
    flags: '--db-url <url>',
    description: 'postgres://… or sqlite:<path>; without any --db-*: SQLite in the data folder',
    variable: 'BR_DB_URL',
  },
  {
    flags: '-s, --jwt-secret-key <text>',
    description: 'key that signs tokens, 32 characters at least',
    variable: 'BR_JWT_SECRET_KEY',
  },
  { flags: '-k, --health-check-key <text>', description: 'key for /ready', variable: 'BR_HEALTH_CHECK_KEY' },
  {
    flags: '--require-health-code',
    description: 'show the health of a collection without healthSecretRef to nobody, rather than to all',
    variable: 'BR_REQUIRE_HEALTH_CODE',
  },
  {
    flags: '--log-level <level>',
    description: 'how much to log',
    variable: 'BR_LOG_LEVEL',
    choices: logLevels,
    fallback: 'info',
  },
  {
    flags: '--storage-url <url>',
    description: 's3://… gs://… azblob://… file:///… or mem://; a folder in the data folder by default',
    variable: 'BR_STORAGE_DRIVER_URL',
  },
  {
    flags: '--use-google-cloud',
    description: 'the storage is Google Cloud Storage',
    variable: 'BR_USE_GOOGLE_CLOUD',
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
    variable: 'BR_UPLOAD_SETTLE_TIME',
    fallback: '2s',
  },
  {
    flags: '--scrub-period <duration>',
    description: 'within which every stored version is read again',
    variable: 'BR_SCRUB_PERIOD',
    fallback: '30d',
  },
  perAddress('--rate-default-limit <n>', 'requests a second', 5),
  perAddress('--rate-auth-limit <n>', 'logins a minute', 10),
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
    variable: 'BR_CONFIG_LOCAL_PATH',
    fallback: '~/.backup-repository',
  },
  { flags: '--data-dir <folder>', description: 'for embedded database and storage', variable: 'BR_DATA_DIR' },
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
  const description = row.variable ? `${row.description} [${row.variable}]` : row.description;
  const option = new Option(row.flags, description);
  if (row.choices) {
    option.choices([...row.choices]);
  }
  if (row.parse) {
    option.argParser(row.parse);
  }
  return row.fallback === undefined ? option : option.default(row.fallback);
}

/** The flags that environment variables stand for; put before the command line, whose flags then win. */
export function flagsOfEnvironment(env: Environment): readonly string[] {
  return flagTable.flatMap(({ flags, variable }) => {
    const value = variable === undefined ? undefined : env[variable];
    const [, name = '', argument] = /(--[a-z-]+)( <)?/.exec(flags) ?? [];
    if (value === undefined || value === '') {
      return [];
    }
    if (argument === undefined) {
      return ['true', '1', 'yes'].includes(value.toLowerCase()) ? [name] : [];
    }
    return [`${name}=${value}`];
  });
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) {
    throw new InvalidArgumentError('it must be a whole number');
  }
  return Number(text);
}
