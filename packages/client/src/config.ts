import { Failure } from '@backup-maker/model';
import { CommanderError } from 'commander';
import type { Invocation } from './command/definition.ts';
import { type Environment, Input } from './input.ts';
import { type LogLevel, logLevels, parseLogLevel } from './log.ts';
import { buildProgram, type Chosen } from './program.ts';

export type Config =
  /** Help, or what is wrong with the command line. */
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: number }
  | {
      readonly kind: 'command';
      readonly invocation: Invocation;
      readonly warnings: readonly string[];
      readonly logLevel: LogLevel;
      readonly json: boolean;
      readonly progress: boolean;
    };

const usageExitCode = 2;

/**
 * What the command line and the environment ask for. Pure: nothing is read or printed.
 * @throws Failure `invalid-input` with a message for the user
 */
export function loadConfig(argv: readonly string[], env: Environment, version: string): Config {
  const output: string[] = [];
  let chosen: Chosen | undefined;
  const program = buildProgram({
    version,
    write: (text) => output.push(text),
    choose: (choice) => {
      chosen = choice;
    },
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      return { kind: 'text', text: output.join(''), exitCode: error.exitCode === 0 ? 0 : usageExitCode };
    }
    throw error;
  }
  return chosen === undefined
    ? { kind: 'text', text: program.helpInformation(), exitCode: usageExitCode }
    : configOf(chosen, env);
}

function configOf({ definition, ...given }: Chosen, env: Environment): Config {
  const input = new Input({ ...given, env });
  const logLevel = parseLogLevel(input.text('logLevel', 'BM_LOG_LEVEL') ?? 'info');
  if (logLevel === undefined) {
    throw new Failure('invalid-input', `--log-level (BM_LOG_LEVEL) is one of ${logLevels.join(', ')}`);
  }
  const invocation = definition.invoke(input);
  return {
    kind: 'command',
    invocation,
    warnings: input.ignored,
    logLevel,
    json: input.isSet('json'),
    progress: input.isOn('progress'),
  };
}
