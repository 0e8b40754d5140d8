import { exitCodeOf, exitCodes } from '@backup-maker/api';
import { isFailure } from '@backup-maker/model';
import { pino } from 'pino';
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
  const logger = createLogger(config);
  await using standalone = await startStandalone(config, logger);
  const { apiServer, repository, kubeconfig } = standalone;
  process.stdout.write(
    config.json
      ? `${JSON.stringify({ apiServer, repository, kubeconfig })}\n`
      : `Kubernetes API     ${apiServer}\nBackup Repository  ${repository ?? 'not started here'}\nkubectl --kubeconfig ${kubeconfig} get scheduledbackups,requestedbackupactions -A\n`,
  );
  logger.info({ signal: await signal }, 'stopping');
  return exitCodes.done;
}

function createLogger(config: Config) {
  const toStderr = { destination: 2 };
  const target = process.stderr.isTTY ? 'pino-pretty' : 'pino/file';
  return pino({ level: config.logLevel, transport: { target, options: toStderr } });
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (error) {
  // Only a Failure has a message made for users; of anything else they learn that it is a mistake of ours.
  process.stderr.write(
    `backup-standalone: ${isFailure(error) ? error.message : `unexpected error: ${error}`}\n`,
  );
  process.exitCode = exitCodeOf(error);
}
