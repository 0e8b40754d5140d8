import { exitCodeOf, exitCodes } from '@backup-maker/api';
import { isFailure } from '@backup-maker/model';
import { type Logger, pino } from 'pino';
import { startStandalone } from './compose.ts';
import { type Config, loadConfig } from './config.ts';

/** Run until a signal asks to end; gives the exit code. */
async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const config = loadConfig(argv, env);
  if ('answer' in config) {
    process.stdout.write(config.answer);
    return exitCodes.done;
  }
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const logger = await createLogger(config);
  await using standalone = await startStandalone(config, logger);
  const { apiServer, repository, kubeconfig, metrics, unconfinedBecause } = standalone;
  process.stdout.write(
    config.json
      ? `${JSON.stringify({ apiServer, repository, kubeconfig, metrics, unconfinedBecause })}\n`
      : `Kubernetes API     ${apiServer}\nBackup Repository  ${repository ?? 'not started here'}\n${metrics === undefined ? '' : `Metrics            ${metrics}/metrics\n`}kubectl --kubeconfig ${kubeconfig} get scheduledbackups,requestedbackupactions -A\n`,
  );
  logger.info({ signal: await signal }, 'stopping');
  return exitCodes.done;
}

/** Not as "transports" of pino, workers with files of their own: a single executable has none. */
async function createLogger({ logLevel: level }: Config): Promise<Logger> {
  if (!process.stderr.isTTY) {
    return pino({ level }, pino.destination({ dest: 2, sync: true }));
  }
  const { default: pretty } = await import('pino-pretty');
  return pino({ level }, pretty({ destination: 2, sync: true }));
}

// Not awaited at the top level: the single executable is one CommonJS file, which cannot do that.
void main(process.argv.slice(2), process.env).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    // Only a Failure has a message made for users; of anything else they learn that it is a mistake of ours.
    process.stderr.write(
      `backup-standalone: ${isFailure(error) ? error.message : `unexpected error: ${error}`}\n`,
    );
    process.exitCode = exitCodeOf(error);
  },
);
