import { describe, expect, it } from 'vitest';
import { type Config, loadConfig } from './config.ts';

function config(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = { HOME: '/home/u' },
): Config {
  const loaded = loadConfig(argv, environment, '1.2.3');
  if (loaded.type !== 'config') {
    throw new Error(loaded.text);
  }
  return loaded.config;
}

const refusal = (
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = { HOME: '/home/u' },
) => {
  const loaded = loadConfig(argv, environment, '1.2.3');
  return loaded.type === 'answer' ? loaded : undefined;
};

it('has defaults that fit a pod', () => {
  expect(config([], { KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toEqual({
    connection: { type: 'in-cluster' },
    namespaces: [],
    metrics: { host: undefined, port: 8080 },
    probes: { host: undefined, port: 8081 },
    leaderElection: undefined,
    logLevel: 'info',
    workers: 8,
    injectImage: undefined,
    notes: [],
    checkOnly: false,
  });
});

describe('the API server', () => {
  it.each([
    [['--kubeconfig', 'a'], { KUBECONFIG: 'b' }, { type: 'file', path: 'a' }],
    [[], { KUBECONFIG: 'b', KUBERNETES_SERVICE_HOST: 'x' }, { type: 'file', path: 'b' }],
    [[], { KUBERNETES_SERVICE_HOST: 'x', HOME: '/h' }, { type: 'in-cluster' }],
    [[], { HOME: '/h' }, { type: 'file', path: '/h/.kube/config' }],
  ])('%j with %j', (argv, environment, expected) => {
    expect(config(argv, environment as unknown as Record<string, string>).connection).toMatchObject(expected);
  });

  it('is asked for where nothing names one', () => {
    expect(refusal([], {})).toMatchObject({ exitCode: 2, text: expect.stringContaining('--kubeconfig') });
  });
});

describe('addresses to listen on', () => {
  it.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:9000', { host: '::1', port: 9000 }],
    ['0', undefined],
  ])('%s', (text, expected) => {
    expect(config(['--metrics-bind-address', text]).metrics).toEqual(expected);
  });

  it.each(['8080', ':99999', 'host', ':-1'])('refuses %s', (text) => {
    expect(refusal(['--health-probe-bind-address', text])).toMatchObject({ exitCode: 2 });
  });
});

it('elects a leader in the namespace of its own pod', () => {
  expect(config(['--leader-elect'], { KUBECONFIG: 'k', POD_NAMESPACE: 'backups' }).leaderElection).toEqual({
    namespace: 'backups',
    name: 'backup-maker-controller',
  });
});

it('takes several namespaces, each once', () => {
  expect(config(['-n', 'a', '--namespace', 'b', '-n', 'a']).namespaces).toEqual(['a', 'b']);
  expect(refusal(['-n', '../x'])).toMatchObject({ exitCode: 2 });
});

it('takes the flags of other controllers, and says of each that has no effect why', () => {
  const { notes } = config(['--disable-redis', '--redis-host', 'h', '--redis-port=6379', '--zap-devel']);
  expect(notes).toEqual([
    expect.stringMatching(/^--zap-devel has no effect: /),
    expect.stringMatching(/^--disable-redis has no effect: .*made Redis unnecessary/),
    expect.stringMatching(/^--redis-host has no effect: /),
    expect.stringMatching(/^--redis-port has no effect: /),
  ]);
  expect(config([]).notes).toEqual([]);
});

it.each([
  [['-v', '-l'], 'debug', true],
  [['-v=true', '-l=true'], 'debug', true],
  [['--debug=true', '--leader-elect=true'], 'debug', true],
  [['--debug=1', '--leader-elect', '-n', 'a'], 'debug', true],
  [['--debug=false', '--leader-elect=false'], 'info', false],
  [[], 'info', false],
])('takes switches in every form: %j', (argv, logLevel, elects) => {
  const { logLevel: level, leaderElection } = config(argv);
  expect([level, leaderElection !== undefined]).toEqual([logLevel, elects]);
});

it('refuses a switch that is neither on nor off', () => {
  expect(refusal(['--debug=perhaps'])).toMatchObject({
    exitCode: 2,
    text: expect.stringContaining('true or false'),
  });
});

it.each([
  [['-m', ':9090', '-p', ':9091']],
  [['-m=:9090', '-p=:9091']],
  [['--metrics-bind-address=:9090', '--health-probe-bind-address=:9091']],
])('takes addresses by short flags and long ones: %j', (argv) => {
  const { metrics, probes } = config(argv);
  expect([metrics?.port, probes?.port]).toEqual([9090, 9091]);
});

it.each([
  ['--help', 0, 'Exit codes'],
  ['--version', 0, '1.2.3'],
  ['--no-such', 2, 'unknown option'],
  ['extra', 2, 'too many arguments'],
])('answers %s', (argument, exitCode, text) => {
  expect(refusal([argument])).toMatchObject({ exitCode, text: expect.stringContaining(text) });
});
