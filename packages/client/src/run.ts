import { exitCodeOf, exitCodes } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { type Config, loadConfig } from './config.ts';
import type { Context } from './context.ts';
import { createLogger } from './log.ts';
import { printable } from './output.ts';

export interface Process extends Pick<Context, 'stdin' | 'stdout' | 'stderr' | 'env' | 'signal' | 'fetch'> {
  readonly argv: readonly string[];
  readonly version: string;
}

/** Run one command line to its end; gives the exit code. Errors end here, as one line for the user. */
export async function run(process: Process): Promise<number> {
  try {
    const config = loadConfig(process.argv, process.env, process.version);
    if (config.kind === 'text') {
      (config.exitCode === 0 ? process.stdout : process.stderr).write(config.text);
      return config.exitCode;
    }
    await runCommand(config, process);
    return exitCodes.done;
  } catch (error) {
    process.stderr.write(`error: ${printable(messageOf(error))}\n`);
    return exitCodeOf(error);
  }
}

async function runCommand(config: Extract<Config, { kind: 'command' }>, process: Process): Promise<void> {
  const { stdin, stdout, stderr, env, signal, fetch } = process;
  const logger = createLogger(config.logLevel, stderr);
  try {
    await config.invocation.run({ stdin, stdout, stderr, env, signal, fetch, logger, json: config.json });
  } catch (error) {
    logger.debug(error instanceof Error ? (error.stack ?? error.message) : String(error));
    throw signal.aborted ? signal.reason : error;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Failure) {
    return error.message;
  }
  return `unexpected: ${error instanceof Error ? error.message : String(error)} (--log-level debug tells more)`;
}
