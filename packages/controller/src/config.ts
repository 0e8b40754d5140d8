import type { ConnectionOptions } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { BindAddress } from './endpoints.ts';

export interface Config {
  readonly connection: ConnectionOptions;
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  /** Undefined: off. */
  readonly metrics: BindAddress | undefined;
  readonly probes: BindAddress | undefined;
  readonly leaderElection: { readonly namespace: string; readonly name: string } | undefined;
  readonly logLevel: 'debug' | 'info';
  readonly workers: number;
  /** Undefined: the image of this release. */
  readonly injectImage: string | undefined;
  /** For the log, when everything else is understood. */
  readonly notes: readonly string[];
  /** Say whether the configuration is good, and start nothing. */
  readonly checkOnly?: boolean;
}

/** What to do instead of running: text to print, and the exit code. */
interface Answer {
  readonly text: string;
  readonly exitCode: 0 | 2;
}

export type Loaded =
  | { readonly type: 'config'; readonly config: Config }
  | ({ readonly type: 'answer' } & Answer);

type Environment = Readonly<Record<string, string | undefined>>;

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: readonly string[];
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly leaderElect: boolean;
  readonly leaderElectionNamespace?: string;
  readonly debug: boolean;
  readonly checkConfig: boolean;
  readonly concurrency: string;
  readonly injectImage?: string;
  readonly zapDevel?: boolean;
  readonly disableRedis?: boolean;
  readonly redisHost?: string;
  readonly redisPort?: string;
}

/** Flags that deployments of other controllers for these kinds have, and why they have no effect. */
const idleFlags = {
  zapDevel: 'the log has one format, a JSON object a line; --debug says more',
  disableRedis: 'Leases of Kubernetes made Redis unnecessary',
  redisHost: 'Leases of Kubernetes made Redis unnecessary',
  redisPort: 'Leases of Kubernetes made Redis unnecessary',
} as const satisfies Partial<Record<keyof Flags, string>>;

const examples = `
Examples:
  $ backup-maker-controller --kubeconfig ~/.kube/config --namespace shop --debug
  $ backup-maker-controller --leader-elect

Environment:
  KUBECONFIG                  as --kubeconfig
  KUBERNETES_SERVICE_HOST     inside of a cluster: the service account of the pod is used

Exit codes:
  0  stopped by SIGINT or SIGTERM           1  failed
  2  wrong usage, configuration or address  5  the API server can't be reached`;

/** Understand the command line. Pure: nothing is read but the arguments. */
export function loadConfig(argv: readonly string[], environment: Environment, version: string): Loaded {
  let text = '';
  const command = define(version).configureOutput({
    writeOut: (line) => {
      text += line;
    },
    writeErr: (line) => {
      text += line;
    },
  });
  try {
    command.parse([...argv], { from: 'user' });
    return { type: 'config', config: toConfig(command.opts<Flags>(), environment) };
  } catch (error) {
    if (error instanceof CommanderError) {
      return { type: 'answer', text, exitCode: error.exitCode === 0 ? 0 : 2 };
    }
    return {
      type: 'answer',
      text: `error: ${Failure.from(error, 'internal', 'unexpected').message}\n`,
      exitCode: 2,
    };
  }
}

function define(version: string): Command {
  const collect = (value: string, previous: readonly string[]) => [...previous, value];
  return new Command('backup-maker-controller')
    .description(
      'Makes Kubernetes run the backups that ScheduledBackup and RequestedBackupAction objects describe.',
    )
    .version(version)
    .exitOverride()
    .allowExcessArguments(false)
    .option('--kubeconfig <file>', 'which API server, and as whom')
    .option('--context <name>', 'a context of the kubeconfig')
    .option(
      '-n, --namespace <name>',
      'only this namespace (several times: these); all by default',
      collect,
      [],
    )
    .option('-m, --metrics-bind-address <address>', 'where /metrics is; 0: nowhere', afterSign, ':8080')
    .option(
      '-p, --health-probe-bind-address <address>',
      'where /healthz and /readyz are; 0: nowhere',
      afterSign,
      ':8081',
    )
    .option(
      '-l, --leader-elect [true|false]',
      'of several replicas only the holder of a Lease works',
      isOn,
      false,
    )
    .option('--leader-election-namespace <name>', 'where the Lease is; the own namespace by default')
    .option('--concurrency <number>', 'objects of one kind worked on at a time', '8')
    .option(
      '--inject-image <image>',
      'brings the client into pods with inject, where the image of this release is out of reach',
    )
    .option('-v, --debug [true|false]', 'log every reconcile', isOn, false)
    .option('--check-config', 'say what is wrong (exit code 2) or that all is good, and start nothing', false)
    .addOption(new Option('--zap-devel [true|false]').argParser(isOn).hideHelp())
    .addOption(new Option('--disable-redis [true|false]').argParser(isOn).hideHelp())
    .addOption(new Option('--redis-host <host>').hideHelp())
    .addOption(new Option('--redis-port <port>').hideHelp())
    .addHelpText('after', examples);
}

function toConfig(flags: Flags, environment: Environment): Config {
  return {
    connection: connectionOf(flags, environment),
    namespaces: [...new Set(flags.namespace.map(namespaceName))],
    metrics: parseBindAddress(flags.metricsBindAddress, '--metrics-bind-address'),
    probes: parseBindAddress(flags.healthProbeBindAddress, '--health-probe-bind-address'),
    leaderElection: flags.leaderElect ? leaseOf(flags, environment) : undefined,
    logLevel: flags.debug ? 'debug' : 'info',
    injectImage: flags.injectImage,
    workers: wholeNumber(flags.concurrency, '--concurrency', 1, 256),
    notes: notesOn(flags),
    checkOnly: flags.checkConfig,
  };
}

function notesOn(flags: Flags): readonly string[] {
  return Object.entries(idleFlags).flatMap(([name, why]) =>
    flags[name as keyof typeof idleFlags] === undefined
      ? []
      : [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} has no effect: ${why}`],
  );
}

/** `-l`, `--leader-elect`, `--leader-elect=true`, `-l=true`: all are in use. */
function isOn(text: string): boolean {
  const value = afterSign(text).toLowerCase();
  if (['true', 't', '1'].includes(value)) {
    return true;
  }
  if (['false', 'f', '0'].includes(value)) {
    return false;
  }
  throw new InvalidArgumentError('write true or false.');
}

/** Of `-m=:8080`, of which the parser makes `=:8080`. */
function afterSign(text: string): string {
  return text.replace(/^=/, '');
}

function connectionOf({ kubeconfig, context }: Flags, environment: Environment): Config['connection'] {
  const path = kubeconfig ?? environment.KUBECONFIG;
  if (path) {
    return { type: 'file', path, context };
  }
  if (environment.KUBERNETES_SERVICE_HOST) {
    return { type: 'in-cluster' };
  }
  if (environment.HOME) {
    return { type: 'file', path: `${environment.HOME}/.kube/config`, context };
  }
  throw new Failure('invalid-input', 'no API server: give --kubeconfig or set KUBECONFIG');
}

function leaseOf(flags: Flags, environment: Environment): Config['leaderElection'] {
  const namespace =
    flags.leaderElectionNamespace ?? environment.POD_NAMESPACE ?? flags.namespace[0] ?? 'default';
  return { namespace: namespaceName(namespace), name: 'backup-maker-controller' };
}

function namespaceName(name: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Failure('invalid-input', `"${name}" is not a name that a namespace can have`);
  }
  return name;
}

/** `host:port`, `:port`, `[::1]:port`, or `0` for off. */
function parseBindAddress(text: string, flag: string): BindAddress | undefined {
  if (text === '0' || text === '') {
    return undefined;
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (!match) {
    throw new Failure('invalid-input', `${flag} ${text}: write host:port, :port or 0`);
  }
  const host = match[1] ?? match[2];
  return { host: host === '' ? undefined : host, port: wholeNumber(match[3] ?? '', flag, 0, 65_535) };
}

function wholeNumber(text: string, flag: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Failure('invalid-input', `${flag} ${text}: write a whole number from ${min} to ${max}`);
  }
  return value;
}
