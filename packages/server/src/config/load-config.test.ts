import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ServerConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { loadConfig } from './load-config.ts';

const home = { HOME: '/home/me' };

function serve(argv: readonly string[], env: Environment = {}): ServerConfig {
  const command = loadConfig(argv, { ...home, ...env });
  if (command.kind !== 'serve') {
    throw new Error(`it is ${command.kind}`);
  }
  return command.config;
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    expect(serve([])).toMatchObject({
      namespace: 'backup-repository',
      database: { kind: 'sqlite', path: '/home/me/.backup-repository/data/repository.db' },
      storage: { kind: 'file', folder: '/home/me/.backup-repository/data/storage' },
      documents: { kind: 'kubernetes', kubeconfigFile: undefined },
      healthCheckKey: undefined,
      logLevel: 'info',
      listen: { host: undefined, port: 8080 },
      trustedProxies: [],
      tls: undefined,
      storageHealthTimeoutMs: 5000,
      storageIoTimeoutMs: 7_200_000,
      uploadTimeoutMs: 10_800_000,
      downloadTimeoutMs: 10_800_000,
      rateLimits: {
        defaultPerSecond: 5,
        authPerMinute: 10,
        collectionHealthPerMinute: 10,
        serverHealthPerMinute: 160,
      },
    });
  });

  it.each<[string[], Environment, Partial<ServerConfig>]>([
    [
      ['--provider', 'filesystem'],
      {},
      { documents: { kind: 'filesystem', folder: '/home/me/.backup-repository' } },
    ],
    [
      ['-p', 'filesystem', '--config-local-path', '/etc/br'],
      {},
      { documents: { kind: 'filesystem', folder: '/etc/br' } },
    ],
    [
      [],
      { BR_CONFIG_PROVIDER: 'filesystem', BR_CONFIG_LOCAL_PATH: '/etc/br' },
      { documents: { kind: 'filesystem', folder: '/etc/br' } },
    ],
    [['--listen', '127.0.0.1:0'], {}, { listen: { host: '127.0.0.1', port: 0 } }],
    [['--listen', '[::1]:1'], {}, { listen: { host: '::1', port: 1 } }],
    [['--db-url', 'sqlite:/x/y.db'], {}, { database: { kind: 'sqlite', path: '/x/y.db' } }],
    [[], { BR_STORAGE_DRIVER_URL: 'mem://' }, { storage: { kind: 'memory' } }],
    [['--storage-url', 'mem://'], { BR_STORAGE_DRIVER_URL: 'gs://x' }, { storage: { kind: 'memory' } }],
    [['--trusted-proxies', '10.0.0.0/8, ::1'], {}, { trustedProxies: ['10.0.0.0/8', '::1'] }],
    [[], { BR_LOG_LEVEL: '' }, { logLevel: 'info' }],
    [[], { BR_LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [['--tls-cert', 'c', '--tls-key', 'k'], {}, { tls: { certFile: 'c', keyFile: 'k' } }],
  ])('reads %j with %j', (argv, env, expected) => {
    expect(serve(argv, env)).toMatchObject(expected);
  });

  it('makes the address of PostgreSQL from its parts, whatever the password holds', () => {
    const { database } = serve([], {
      BR_DB_HOSTNAME: 'db.example.org',
      BR_DB_USERNAME: 'me',
      BR_DB_PASSWORD: 'p@ss/w:rd%?#',
      BR_DB_NAME: 'backups',
    });
    const url = new URL(database.kind === 'postgres' ? database.url.reveal() : '');
    expect([url.host, url.pathname, decodeURIComponent(url.password)]).toEqual([
      'db.example.org:5432',
      '/backups',
      'p@ss/w:rd%?#',
    ]);
  });

  it('hides secrets from whoever prints it', () => {
    const shown = inspect(serve(['-s', 'signing', '-k', 'health', '--db-url', 'postgres://u:password@h/d']), {
      depth: 9,
    });
    expect(shown).not.toMatch(/signing|password@|'health'/);
  });

  it.each<[string[], Environment, string]>([
    [['--unknown'], {}, "unknown option '--unknown'"],
    [['extra'], {}, 'too many arguments'],
    [['--provider', 'ftp'], {}, "argument 'ftp' is invalid"],
    [[], { BR_CONFIG_PROVIDER: 'ftp' }, "argument 'ftp' is invalid"],
    [['--listen', 'nowhere'], {}, 'is not an address to listen on'],
    [['--listen', ':99999'], {}, 'is not an address to listen on'],
    [['--storage-url', 'ftp://x'], {}, 'is not a storage URL'],
    [['--use-google-cloud'], {}, 'add --storage-url gs://BUCKET'],
    [['--tls-cert', 'x'], {}, '--tls-cert and --tls-key belong together'],
    [['--http-upload-timeout', 'long'], {}, 'is not a duration'],
    [['--rate-auth-limit', '-1'], {}, 'it must be a whole number'],
    [['--db-url', 'mysql://x'], {}, '--db-url must begin with'],
  ])('refuses %j with %j', (argv, env, message) => {
    expect(() => loadConfig(argv, { ...home, ...env })).toThrow(message);
  });

  it('takes a command instead of starting', () => {
    expect(loadConfig(['--encode-password', '-'], home)).toEqual({
      kind: 'encode-password',
      password: 'standard-input',
    });
    expect(loadConfig(['--hash-jwt', 'x'], home)).toMatchObject({ kind: 'hash-jwt' });
    expect(loadConfig(['--help'], home)).toMatchObject({
      kind: 'print',
      text: expect.stringContaining('Usage: backup-repository'),
    });
  });
});
