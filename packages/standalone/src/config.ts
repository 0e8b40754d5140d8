import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Failure } from '@backup-maker/model';
import { type Environment, longName, variableOf } from '@backup-maker/server';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { readConfigFile } from './config-file.ts';
import {
  addRepositoryFlags,
  planRepository,
  type RepositoryPlan,
  repositoryArguments,
  repositoryFlags,
} from './repository-flags.ts';

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface Config {
  readonly dataDir: string;
  /** Files and folders with YAML to apply once all is running. */
  readonly apply: readonly string[];
  readonly listen: Address;
  readonly repositoryListen: Address;
  /** Parts that are not started here, because they run as processes of their own. */
  readonly without: readonly Part[];
  /** Where users and collections of the repository are. */
  readonly namespace: string;
  /** How the repository server works; its addresses, keys and users come from the rest. */
  readonly repository: RepositoryPlan;
  /** Where `/metrics` of controller and node is; undefined: nowhere. */
  readonly metricsListen: Address | undefined;
  /** The installation whose `backup-maker`, `pgbr` and `bmg` pods run; undefined: this one. */
  readonly programsFrom: string | undefined;
  readonly logLevel: (typeof logLevels)[number];
  readonly json: boolean;
}

const parts = ['controller', 'repository'] as const;
type Part = (typeof parts)[number];

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Text for the user and the exit code, where the command line asks for no more than that: `--help`, `--version`. */
export interface Answer {
  readonly answer: string;
}

/**
 * The configuration that a command line asks for.
 * @throws Failure `invalid-input` with a message for the user
 */
export function loadConfig(argv: readonly string[], env: Environment): Config | Answer {
  let output = '';
  const prepare = () =>
    createFlags()
      .exitOverride()
      .configureOutput({ writeOut: (text) => (output += text), writeErr: () => undefined });
  let command = prepare();
  try {
    command.parse([...argv], { from: 'user' });
    const { config } = command.opts<Options>();
    if (config !== undefined) {
      const fromFile = readConfigFile(config, command, givenBy(command, env));
      command = prepare().parse([...fromFile, ...argv], { from: 'user' });
    }
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return { answer: output };
    }
    throw Failure.from(
      error,
      'invalid-input',
      `${error instanceof Error ? error.message.replace(/^error: /, '') : error} (see --help)`,
    );
  }
  const options = command.opts<Options>();
  const dataDir = options.dataDir ?? env.BS_DATA_DIR;
  if (!dataDir) {
    throw new Failure('invalid-input', 'say where to keep the data: --data-dir DIR (see --help)');
  }
  return {
    listen: options.listen,
    repositoryListen: options.repositoryListen,
    metricsListen: options.metricsListen,
    without: options.without,
    namespace: options.namespace,
    logLevel: options.logLevel,
    json: options.json,
    dataDir: resolve(dataDir),
    repository: planRepository(resolve(dataDir, 'repository'), repositoryArguments(command), env),
    apply: (options.apply ?? []).map((path) => resolve(path)),
    programsFrom: options.programsFrom === undefined ? undefined : resolve(options.programsFrom),
  };
}

/** Flags that win over those of a file: of the command line, or as variables. */
function givenBy(command: Command, env: Environment): (flag: string) => boolean {
  return (flag) => {
    const option = command.options.find(({ long }) => long === flag);
    const row = repositoryFlags.find(({ flags }) => longName(flags) === flag);
    const variable = flag === '--data-dir' ? 'BS_DATA_DIR' : row && variableOf(row);
    return (
      (option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli') ||
      (variable !== undefined && Boolean(env[variable]))
    );
  };
}

/** As commander leaves them: what has no default may be missing. */
interface Options extends Omit<Config, 'dataDir' | 'apply' | 'programsFrom' | 'repository'> {
  readonly config?: string;
  readonly dataDir?: string;
  readonly apply?: readonly string[];
  readonly programsFrom?: string;
}

/** The command line. */
export function createFlags(): Command {
  const command = new Command('backup-standalone')
    .description(
      'Backups on one machine without Kubernetes: a small embedded Kubernetes API and node, the controller and the Backup Repository in one process',
    )
    .version(packageJson.version)
    .allowExcessArguments(false)
    .option('--config <file>', 'YAML that says what flags say, by their long names; flags and variables win')
    .option('--data-dir <dir>', 'where everything is kept (environment: BS_DATA_DIR)')
    .option('--apply <path...>', 'YAML files, or folders of them, to apply once all is running')
    .option('--listen <address>', 'where the Kubernetes API answers; port 0 takes a free one', parseAddress, {
      host: '127.0.0.1',
      port: 6443,
    })
    .option('--repository-listen <address>', 'where the Backup Repository answers', parseAddress, {
      host: '127.0.0.1',
      port: 8080,
    })
    .option('--metrics-listen <address>', 'where /metrics of controller and node is', parseAddress)
    .option(
      '--namespace <name>',
      'namespace of the users and collections',
      parseNamespace,
      'backup-repository',
    )
    .addOption(
      new Option('--without <part...>', 'parts that run as processes of their own')
        .choices(parts)
        .default([]),
    )
    .option('--programs-from <dir>', 'a checkout whose backup-maker, pgbr and bmg pods run instead of ours')
    .option('--log-level <level>', logLevels.join(', '), parseLogLevel, 'info')
    .option('--json', 'print the addresses as one line of JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  backup-standalone --data-dir /var/lib/backup
  backup-standalone --config /etc/backup-standalone.yaml
  backup-standalone --data-dir ./data --listen 127.0.0.1:0 --repository-listen 127.0.0.1:0 --apply ./backups/
  kubectl --kubeconfig /var/lib/backup/kubeconfig get scheduledbackups -A

Exit codes: 0 ended by a signal after a clean stop; 1 unexpected; 2 wrong usage or configuration; 5 a database, storage or API cannot be reached.`,
    );
  addRepositoryFlags(command);
  return command;
}

function parseAddress(text: string): Address {
  const [, host = '', port = ''] = /^(.*):([0-9]{1,5})$/.exec(text) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (port === '' || Number(port) > 65_535 || (bare !== 'localhost' && bare !== '' && isIP(bare) === 0)) {
    throw new InvalidArgumentError('write it as address:port, such as 127.0.0.1:6443 or [::1]:0');
  }
  return { host: bare === '' ? '127.0.0.1' : bare, port: Number(port) };
}

function parseNamespace(text: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError('a namespace has small letters, digits and dashes, 63 at most');
  }
  return text;
}

function parseLogLevel(text: string): Config['logLevel'] {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) {
    throw new InvalidArgumentError(`one of ${logLevels.join(', ')}`);
  }
  return level;
}
