import { exitCodeOf, exitCodes } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import { type Config, loadConfig } from './config.ts';
import type { Context } from './context.ts';
import { createLogger } from './log.ts';
import { printable } from './output.ts';

export interface Host extends Pick<Context, 'stdin' | 'stdout' | 'stderr' | 'env' | 'signal' | 'fetch'> {
  readonly argv: readonly string[];
  readonly version: string;
}

/** Run one command line to its end; gives the exit code. Errors end here, as one line for the user. */
export async function run(host: Host): Promise<number> {
  try {
    const config = loadConfig(host.argv, host.env, host.version);
    if (config.kind === 'text') {
      (config.exitCode === 0 ? host.stdout : host.stderr).write(config.text);
      return config.exitCode;
    }
    await runCommand(config, host);
    return exitCodes.done;
  } catch (error) {
    host.stderr.write(`error: ${printable(messageOf(error))}\n`);
    return exitCodeOf(error);
  }
}

async function runCommand(config: Extract<Config, { kind: 'command' }>, host: Host): Promise<void> {
  const { stdin, stdout, stderr, env, signal, fetch } = host;
  const logger = createLogger(config.logLevel, stderr);
  for (const warning of config.warnings) {
    logger.warn(warning);
  }
  try {
    await config.invocation.run({
      stdin,
      stdout,
      stderr,
      env,
      signal,
      fetch,
      logger,
      json: config.json,
      progress: config.progress,
    });
  } catch (error) {
    logger.debug(error instanceof Error ? (error.stack ?? error.message) : String(error));
    throw signal.aborted && !isFailure(error, 'cancelled') ? signal.reason : error;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Failure) {
    return error.message;
  }
  return `unexpected: ${error instanceof Error ? error.message : String(error)} (--log-level debug tells more)`;
}
