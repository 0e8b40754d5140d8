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
  ])('refuses %j and says why', (argv, message) => {
    expect(() => loadConfig(argv, {})).toThrow(Failure);
    expect(() => loadConfig(argv, {})).toThrow(message);
  });
});
