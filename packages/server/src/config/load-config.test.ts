import { inspect } from 'node:util';
import { Secret } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import type { ServerConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { flagTable, longName, variableOf } from './flags.ts';
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

  /** A value for each flag that is not its default, and what has to be there besides for it to matter. */
  const samples: Readonly<Record<string, readonly [value: string, ...besides: string[]]>> = {
    '--namespace': ['other'],
    '--db-hostname': ['db'],
    '--db-user': ['me', '--db-hostname=h'],
    '--db-password': ['pw', '--db-hostname=h'],
    '--db-name': ['backups', '--db-hostname=h'],
    '--db-port': ['5433', '--db-hostname=h'],
    '--db-url': ['postgres://u@h/d'],
    '--ignore-original-tables': ['true', '--db-hostname=h'],
    '--jwt-secret-key': ['key'],
    '--strict': ['true'],
    '--health-check-key': ['key'],
    '--require-health-code': ['true'],
    '--log-level': ['trace'],
    '--storage-url': ['mem://'],
    '--use-google-cloud': ['true', '--storage-url=gs://b', '--data-dir=/d'],
    '--storage-health-timeout': ['1s'],
    '--storage-io-timeout': ['1h'],
    '--http-upload-timeout': ['1h30m'],
    '--http-download-timeout': ['1h'],
    '--upload-settle-time': ['3s'],
    '--scrub-period': ['1d'],
    '--rate-default-limit': ['1'],
    '--rate-auth-limit': ['1'],
    '--rate-collection-health-limit': ['1'],
    '--rate-server-health-limit': ['1'],
    '--listen': [':1'],
    '--provider': ['filesystem'],
    '--config-local-path': ['/etc/br', '--provider=filesystem'],
    '--data-dir': ['/data'],
    '--trusted-proxies': ['10.0.0.0/8'],
    '--tls-cert': ['c', '--tls-key=k'],
    '--tls-key': ['k', '--tls-cert=c'],
  };
  /** With the secrets in it, to be compared. */
  const shown = (value: unknown): unknown => {
    if (value instanceof Secret) {
      return value.reveal();
    }
    return typeof value === 'object' && value !== null
      ? Object.entries(value).map(([key, inner]) => [key, shown(inner)])
      : value;
  };

  it.each(flagTable.filter((row) => !row.isCommand).map((row) => [longName(row.flags), row] as const))(
    'has a variable for %s that means the same',
    (name, row) => {
      const [value, ...besides] = samples[name] ?? expect.fail('needs a sample');
      const byFlag = loadConfig([...besides, `${name}=${value}`], home);
      const byVariable = loadConfig(besides, { ...home, [variableOf(row) ?? '']: value });
      expect(shown(byVariable)).toEqual(shown(byFlag));
      if (name !== '--use-google-cloud' && !besides.some((one) => one.startsWith('--tls'))) {
        expect(shown(byFlag)).not.toEqual(shown(loadConfig(besides, home)));
      }
    },
  );

  it('calls the variables as existing installations do', () => {
    const variables = flagTable.map(variableOf);
    expect(variables).toEqual(
      expect.arrayContaining([
        'BR_DB_HOSTNAME',
        'BR_DB_USERNAME',
        'BR_DB_PASSWORD',
        'BR_DB_NAME',
        'BR_DB_PORT',
        'BR_JWT_SECRET_KEY',
        'BR_HEALTH_CHECK_KEY',
        'BR_LOG_LEVEL',
        'BR_STORAGE_DRIVER_URL',
        'BR_USE_GOOGLE_CLOUD',
        'BR_STORAGE_IO_TIMEOUT',
        'BR_STORAGE_HEALTH_TIMEOUT',
        'BR_HTTP_UPLOAD_TIMEOUT',
        'BR_HTTP_DOWNLOAD_TIMEOUT',
        'BR_CONFIG_PROVIDER',
        'BR_CONFIG_LOCAL_PATH',
      ]),
    );
    expect(new Set(variables).size).toBe(flagTable.filter((row) => !row.isCommand).length + 1);
  });

  it.each([
    ['panic', 'fatal'],
    ['fatal', 'fatal'],
    ['error', 'error'],
    ['warn', 'warn'],
    ['warning', 'warn'],
    ['WARNING', 'warn'],
    ['info', 'info'],
    ['debug', 'debug'],
    ['trace', 'trace'],
  ])('takes %s for the log level %s', (given, logLevel) => {
    expect(serve([], { BR_LOG_LEVEL: given }).logLevel).toBe(logLevel);
  });

  it.each<[string[], Environment, boolean]>([
    [['--strict'], {}, true],
    [['--strict=true'], {}, true],
    [['--strict=1'], {}, true],
    [['--strict=false'], {}, false],
    [['--strict', '--strict=F'], {}, false],
    [[], { BR_STRICT: 'TRUE' }, true],
    [[], { BR_STRICT: 'false' }, false],
    [['--strict=false'], { BR_STRICT: 'true' }, false],
    [['--strict'], { BR_STRICT: 'false' }, true],
    [['-s', '--strict'], {}, false],
  ])('reads a flag that is on or off from %j with %j', (argv, env, strict) => {
    expect(serve(argv, env).strict).toBe(strict);
  });

  it.each([
    ['-n=other', 'other'],
    ['-nother', 'other'],
    ['--namespace=a=b', 'a=b'],
  ])('reads %s', (argument, namespace) => {
    expect(serve([argument]).namespace).toBe(namespace);
  });

  it.each<[string[], Environment, object]>([
    [
      [],
      { BR_USE_GOOGLE_CLOUD: 'true', BR_STORAGE_DRIVER_URL: 'backups' },
      { kind: 'gcs', bucket: 'backups' },
    ],
    [['--use-google-cloud', '--storage-url', 'gs://backups'], {}, { kind: 'gcs', bucket: 'backups' }],
    [['--use-google-cloud', '--storage-url', 'b?prefix=a/'], {}, { kind: 'gcs', bucket: 'b', prefix: 'a' }],
  ])('finds the bucket of Google Cloud in %j with %j', (argv, env, storage) => {
    expect(serve(argv, env).storage).toMatchObject(storage);
  });

  it('finds the endpoint of S3 in the environment', () => {
    const { storage } = serve(['--storage-url=s3://b'], { AWS_ENDPOINT_URL: 'http://minio:9000' });
    expect(storage).toMatchObject({ kind: 's3', endpoint: 'http://minio:9000' });
  });

  it.each<[string[], Environment, string[]]>([
    [['--storage-url=gs://b', '--use-google-cloud'], {}, []],
    [
      ['--storage-url=s3://b', '--use-google-cloud'],
      {},
      ['--use-google-cloud (BR_USE_GOOGLE_CLOUD) has no effect: --storage-url names another storage'],
    ],
    [
      ['--db-url=postgres://u@h/d'],
      { BR_DB_HOSTNAME: 'h', BR_DB_PASSWORD: 'hunter2' },
      [
        '--db-hostname (BR_DB_HOSTNAME) has no effect: --db-url says all of it',
        '--db-password (BR_DB_PASSWORD) has no effect: --db-url says all of it',
      ],
    ],
    [
      ['--config-local-path=/x'],
      {},
      [
        '--config-local-path (BR_CONFIG_LOCAL_PATH) has no effect: users and collections are read from the Kubernetes API',
      ],
    ],
  ])('says of %j with %j what has no effect', (argv, env, warnings) => {
    expect(loadConfig(argv, { ...home, ...env })).toMatchObject({ warnings });
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
    [['--use-google-cloud'], {}, 'add --storage-url BUCKET'],
    [['--strict=perhaps'], {}, '--strict is "perhaps": it must be true or false'],
    [[], { BR_STRICT: 'perhaps' }, 'BR_STRICT is "perhaps": it must be true or false'],
    [[], { BR_LOG_LEVEL: 'loud' }, 'the levels are'],
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
