import { Failure } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

describe('loadConfig', () => {
  it('has the documented defaults', () => {
    expect(loadConfig(['--data-dir', '/data'], {})).toEqual({
      dataDir: '/data',
      apply: [],
      without: [],
      listen: { host: '127.0.0.1', port: 6443 },
      repositoryListen: { host: '127.0.0.1', port: 8080 },
      namespace: 'backup-repository',
      metricsListen: undefined,
      repository: {
        config: expect.objectContaining({
          database: { kind: 'sqlite', path: '/data/repository/repository.db' },
          storage: { kind: 'file', folder: '/data/repository/storage' },
          tls: undefined,
          rateLimits: {
            defaultPerSecond: 200,
            authPerMinute: 240,
            collectionHealthPerMinute: 240,
            serverHealthPerMinute: 240,
          },
        }),
        warnings: [],
      },
      programsFrom: undefined,
      logLevel: 'info',
      json: false,
    });
  });

  it.each([
    [['--listen', '[::1]:0'], { listen: { host: '::1', port: 0 } }],
    [['--repository-listen', ':9000'], { repositoryListen: { host: '127.0.0.1', port: 9000 } }],
    [['--apply', '/a.yaml', '/b'], { apply: ['/a.yaml', '/b'] }],
    [['--without', 'controller', 'repository'], { without: ['controller', 'repository'] }],
    [['--programs-from', '/opt/other'], { programsFrom: '/opt/other' }],
    [['--namespace', 'backups', '--json'], { namespace: 'backups', json: true }],
  ] as const)('takes %j', (argv, expected) => {
    expect(loadConfig(['--data-dir', '/data', ...argv], {})).toMatchObject(expected);
  });

  it('takes the data folder from the environment', () => {
    expect(loadConfig([], { BS_DATA_DIR: '/srv' })).toMatchObject({ dataDir: '/srv' });
  });

  it.each([
    [['--storage-url', 's3://b'], {}, { storage: { kind: 's3', bucket: 'b' } }],
    [[], { BR_STORAGE_DRIVER_URL: 'mem://' }, { storage: { kind: 'memory' } }],
    [['--storage-url=mem://'], { BR_STORAGE_DRIVER_URL: 's3://b' }, { storage: { kind: 'memory' } }],
    [['--db-url', 'postgres://db/x'], {}, { database: { kind: 'postgres' } }],
    [['--tls-cert', 'c', '--tls-key', 'k'], {}, { tls: { certFile: 'c', keyFile: 'k' } }],
    [['--strict'], {}, { strict: true }],
    [['--strict=false'], {}, { strict: false }],
    [['--rate-auth-limit', '7'], {}, { rateLimits: { authPerMinute: 7, defaultPerSecond: 200 } }],
  ] as const)('passes %j with %j to the repository', (argv, env, expected) => {
    expect(loadConfig(['--data-dir', '/data', ...argv], env)).toMatchObject({
      repository: { config: expected },
    });
  });

  it('says which variables of the repository have no effect', () => {
    const config = loadConfig(['--data-dir', '/data'], { BR_LISTEN: ':1', BR_DATA_DIR: '/x' });
    expect(config).toMatchObject({
      repository: {
        config: { storage: { folder: '/data/repository/storage' } },
        warnings: [expect.stringContaining('BR_LISTEN'), expect.stringContaining('BR_DATA_DIR')],
      },
    });
  });

  it('answers --help with examples and exit codes', () => {
    const config = loadConfig(['--help'], {});
    expect(config).toHaveProperty('answer', expect.stringMatching(/Examples:[\s\S]*Exit codes:/));
  });

  it.each([
    [[], '--data-dir'],
    [['--data-dir', 'x', '--listen', 'example.org:80'], 'address:port'],
    [['--data-dir', 'x', '--listen', '127.0.0.1:70000'], 'address:port'],
    [['--data-dir', 'x', '--namespace', '../x'], 'small letters'],
    [['--data-dir', 'x', '--log-level', 'loud'], 'one of'],
    [['--data-dir', 'x', '--without', 'cluster'], 'controller, repository'],
    [['--data-dir', 'x', 'surplus'], 'too many arguments'],
    [['--unknown'], 'unknown option'],
    [['--data-dir', 'x', '--storage-url', 'ftp://x'], 'is not a storage URL'],
    [['--data-dir', 'x', '--config', '/no/such/file'], '--config /no/such/file: ENOENT'],
  ])('refuses %j and says why', (argv, message) => {
    expect(() => loadConfig(argv, {})).toThrow(Failure);
    expect(() => loadConfig(argv, {})).toThrow(message);
  });
});
