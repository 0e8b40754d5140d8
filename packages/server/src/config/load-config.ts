import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure, parseDuration, Secret } from '@backup-maker/model';
import { type Command as CommanderCommand, CommanderError } from 'commander';
import { readArguments } from './arguments.ts';
import type { Command, DatabaseLocation, DocumentsLocation, ServerConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { createFlags, type Flags, flagTable } from './flags.ts';
import { idleFlags } from './idle-flags.ts';
import { parseListenAddress } from './listen-address.ts';
import { parseStorageUrl, type StorageLocation, storageSurroundings } from './storage-url.ts';

/**
 * What a command line and its environment ask for.
 * @param argv without the names of the interpreter and the script
 * @throws Failure `invalid-input` with a message for the user
 */
export function loadConfig(argv: readonly string[], env: Environment): Command {
  let printed = '';
  const command = createFlags()
    .exitOverride()
    .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => undefined });
  const { rest, switches } = readArguments(flagTable, argv, env);
  try {
    command.parse(rest, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return { kind: 'print', text: printed };
    }
    throw usage(error);
  }
  for (const [name, isOn] of switches) {
    command.setOptionValue(attributeOf(command, name), isOn);
  }
  const isGiven = (name: keyof Flags) => command.getOptionValueSource(name) === 'cli';
  return commandOf(command.opts<Flags>(), env, isGiven);
}

function usage(error: unknown): Failure {
  const text = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
  return new Failure('invalid-input', `${text} (see --help)`, { cause: error });
}

function attributeOf(command: CommanderCommand, name: string): string {
  return command.options.find(({ long }) => long === name)?.attributeName() ?? name;
}

function commandOf(flags: Flags, env: Environment, isGiven: (name: keyof Flags) => boolean): Command {
  if (flags.encodePassword !== undefined) {
    const password = flags.encodePassword;
    return { kind: 'encode-password', password: password === '-' ? 'standard-input' : new Secret(password) };
  }
  if (flags.hashJwt !== undefined) {
    return { kind: 'hash-jwt', token: new Secret(flags.hashJwt) };
  }
  const dataDir = resolve(flags.dataDir ?? join(env.HOME ?? homedir(), '.backup-repository', 'data'));
  if (flags.verifyAudit) {
    return { kind: 'verify-audit', database: databaseOf(flags, dataDir) };
  }
  const config = configOf(flags, env, dataDir);
  if (flags.checkConfig) {
    return { kind: 'check-config', config };
  }
  return { kind: 'serve', config, warnings: idleFlags(flags, config, isGiven) };
}

function configOf(flags: Flags, env: Environment, dataDir: string): ServerConfig {
  return {
    namespace: flags.namespace,
    database: databaseOf(flags, dataDir),
    storage: storageOf(flags, env, dataDir),
    documents: documentsOf(flags, env),
    jwtSecretKey: new Secret(flags.jwtSecretKey ?? ''),
    strict: flags.strict ?? false,
    healthCheckKey: flags.healthCheckKey ? new Secret(flags.healthCheckKey) : undefined,
    requireHealthCode: flags.requireHealthCode ?? false,
    logLevel: flags.logLevel,
    listen: parseListenAddress(flags.listen),
    trustedProxies: flags.trustedProxies?.split(',').map((entry) => entry.trim()) ?? [],
    tls: tlsOf(flags),
    storageHealthTimeoutMs: parseDuration(flags.storageHealthTimeout),
    storageIoTimeoutMs: parseDuration(flags.storageIoTimeout),
    uploadTimeoutMs: parseDuration(flags.httpUploadTimeout),
    downloadTimeoutMs: parseDuration(flags.httpDownloadTimeout),
    uploadSettleMs: parseDuration(flags.uploadSettleTime),
    scrubPeriodMs: parseDuration(flags.scrubPeriod),
    rateLimits: {
      defaultPerSecond: flags.rateDefaultLimit,
      authPerMinute: flags.rateAuthLimit,
      collectionHealthPerMinute: flags.rateCollectionHealthLimit,
      serverHealthPerMinute: flags.rateServerHealthLimit,
    },
  };
}

function storageOf(flags: Flags, env: Environment, dataDir: string): StorageLocation {
  if (flags.storageUrl) {
    const isBucketName = flags.useGoogleCloud && !flags.storageUrl.includes(':');
    const url = isBucketName ? `gs://${flags.storageUrl}` : flags.storageUrl;
    return parseStorageUrl(url, storageSurroundings(env));
  }
  return flags.useGoogleCloud
    ? refuse('--use-google-cloud needs the bucket: add --storage-url BUCKET')
    : { kind: 'file', folder: join(dataDir, 'storage') };
}

function databaseOf(flags: Flags, dataDir: string): DatabaseLocation {
  const ignoreOriginalTables = flags.ignoreOriginalTables ?? false;
  if (flags.dbUrl) {
    return parseDatabaseUrl(flags.dbUrl, ignoreOriginalTables);
  }
  const { dbHostname, dbPort, dbUser, dbPassword, dbName } = flags;
  if ([dbHostname, dbPort, dbUser, dbPassword, dbName].every((value) => value === undefined)) {
    return { kind: 'sqlite', path: join(dataDir, 'repository.db') };
  }
  const url = new URL('postgres://localhost');
  url.hostname = dbHostname ?? 'localhost';
  url.port = `${dbPort ?? 5432}`;
  url.username = encodeURIComponent(dbUser ?? '');
  url.password = encodeURIComponent(dbPassword ?? '');
  url.pathname = `/${encodeURIComponent(dbName ?? dbUser ?? '')}`;
  return { kind: 'postgres', url: new Secret(url.href), ignoreOriginalTables };
}

function parseDatabaseUrl(text: string, ignoreOriginalTables: boolean): DatabaseLocation {
  if (text.startsWith('sqlite:')) {
    const path = text.slice('sqlite:'.length).replace(/^\/\//, '');
    return path === '' ? refuse('--db-url sqlite: needs a path') : { kind: 'sqlite', path };
  }
  return /^postgres(ql)?:\/\//.test(text)
    ? { kind: 'postgres', url: new Secret(text), ignoreOriginalTables }
    : refuse('--db-url must begin with postgres:// or sqlite:');
}

function documentsOf(flags: Flags, env: Environment): DocumentsLocation {
  if (flags.provider === 'kubernetes') {
    return { kind: 'kubernetes', kubeconfigFile: env.KUBECONFIG || undefined };
  }
  const home = env.HOME ?? homedir();
  const folder = flags.configLocalPath.replace(/^~(?=\/|$)/, home);
  return { kind: 'filesystem', folder: resolve(folder) };
}

function tlsOf({ tlsCert, tlsKey }: Flags): ServerConfig['tls'] {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    return refuse('--tls-cert and --tls-key belong together');
  }
  return tlsCert !== undefined && tlsKey !== undefined ? { certFile: tlsCert, keyFile: tlsKey } : undefined;
}

function refuse(message: string): never {
  throw new Failure('invalid-input', `${message} (see --help)`);
}
