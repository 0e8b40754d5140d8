import { Failure } from '@backup-maker/model';
import { Command, CommanderError } from 'commander';
import type { Invocation } from './command/definition.ts';
import { commands } from './command/index.ts';
import { type Environment, Input } from './input.ts';
import { type LogLevel, logLevels } from './log.ts';

export type Config =
  /** Help, or what is wrong with the command line. */
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: number }
  | {
      readonly kind: 'command';
      readonly invocation: Invocation;
      readonly logLevel: LogLevel;
      readonly json: boolean;
      readonly progress: boolean;
    };

const exitCodesHelp = `
A variable that is set wins over its flag. Each secret can also come from the file that …_FILE names.

Exit codes:
  0 done
  1 unexpected, or cancelled
  2 wrong usage
  3 the command failed
  4 the server refused (login, rights, window, quota)
  5 the network or the server failed, also after retries
  6 encryption or integrity: wrong key, damaged version`;

const usageExitCode = 2;

/**
 * What the command line and the environment ask for. Pure: nothing is read or printed.
 * @throws Failure `invalid-input` with a message for the user
 */
export function loadConfig(argv: readonly string[], env: Environment, version: string): Config {
  const output: string[] = [];
  const chosen: Chosen = { config: undefined };
  const program = buildProgram({ output, version, chosen, env });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      return { kind: 'text', text: output.join(''), exitCode: error.exitCode === 0 ? 0 : usageExitCode };
    }
    throw error;
  }
  return chosen.config ?? { kind: 'text', text: program.helpInformation(), exitCode: usageExitCode };
}

interface Chosen {
  config: Config | undefined;
}

interface ProgramParts {
  readonly output: string[];
  readonly version: string;
  readonly chosen: Chosen;
  readonly env: Environment;
}

function buildProgram({ output, version, chosen, env }: ProgramParts): Command {
  const write = (text: string): void => {
    output.push(text);
  };
  const prepare = (command: Command): Command =>
    command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  const program = withGlobalFlags(prepare(new Command('backup-maker')))
    .description('Makes encrypted backups of what commands print, and restores them.')
    .version(version, '-V, --version', 'print the version of this program')
    // Then a command may have flags of its own that are others before it, such as --version.
    .enablePositionalOptions()
    .addHelpText('after', exitCodesHelp);
  for (const definition of commands) {
    const command = withGlobalFlags(prepare(program.command(definition.name)));
    definition.describe(command).addHelpText('after', exitCodesHelp);
    command.action(() => {
      const flags = { ...command.opts(), ...given(program) };
      chosen.config = configOf(definition.invoke(new Input({ flags, args: command.args, env })), flags, env);
    });
  }
  return program;
}

/** The global flags that stand before the command, without defaults. */
function given(program: Command): Readonly<Record<string, unknown>> {
  const isGiven = (name: string): boolean => program.getOptionValueSource(name) === 'cli';
  return Object.fromEntries(Object.entries(program.opts()).filter(([name]) => isGiven(name)));
}

function withGlobalFlags(command: Command): Command {
  return command
    .option('-u, --url <url>', 'the server (BM_URL)')
    .option('-i, --collection-id <id>', 'the collection (BM_COLLECTION_ID)')
    .option('-t, --auth-token <token>', 'token of `login`; better BM_AUTH_TOKEN or BM_AUTH_TOKEN_FILE')
    .option('--timeout <seconds>', 'give up after so long without progress (BM_TIMEOUT, 1200)')
    .option('--log-level <level>', `${logLevels.join(', ')} (BM_LOG_LEVEL, info)`)
    .option('--json', 'print one JSON object on standard output')
    .option('--no-progress', 'do not report progress');
}

function configOf(
  invocation: Invocation,
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
): Config {
  const input = new Input({ flags, args: [], env });
  const wanted = input.text('logLevel', 'BM_LOG_LEVEL') ?? 'info';
  const logLevel = logLevels.find((level) => level === wanted);
  if (logLevel === undefined) {
    throw new Failure('invalid-input', `--log-level is one of ${logLevels.join(', ')}`);
  }
  return {
    kind: 'command',
    invocation,
    logLevel,
    json: input.isSet('json'),
    progress: input.isOn('progress'),
  };
}
