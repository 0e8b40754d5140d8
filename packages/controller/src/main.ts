import { hostname } from 'node:os';
import { exitCodeOf, exitCodes } from '@backup-maker/api';
import { connect, KubeError } from '@backup-maker/kube';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type Config, loadConfig } from './config.ts';
import { run } from './run.ts';

const loaded = loadConfig(process.argv.slice(2), process.env, packageJson.version);
if (loaded.type === 'answer') {
  (loaded.exitCode === 0 ? process.stdout : process.stderr).write(loaded.text);
  process.exitCode = loaded.exitCode;
} else if (loaded.config.checkOnly) {
  void check(loaded.config);
} else {
  // Not awaited at the top level: the single executable is one CommonJS file, which cannot do that.
  void control(loaded.config);
}

/** Reads the kubeconfig, and sends nothing. */
async function check({ connection }: Config): Promise<void> {
  try {
    await connect(connection);
    process.stdout.write('the configuration is good\n');
  } catch (error) {
    process.stderr.write(`backup-maker-controller: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
  }
}

async function control(config: Config): Promise<void> {
  const logger = pino({ level: config.logLevel });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'stopping');
      stop.abort();
    });
  }
  try {
    await run({ config, logger, identity: `${hostname()}-${process.pid}`, signal: stop.signal });
  } catch (error) {
    logger.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'the controller failed');
    process.exitCode = exitCodeOfFailure(error);
  }
}

/** What a person must mend, as `exitCodes` says; an API server that is away may come back. */
function exitCodeOfFailure(error: unknown): number {
  if (error instanceof KubeError) {
    return error.code === 'configuration' ? exitCodes.usage : exitCodes.network;
  }
  return exitCodeOf(error);
}
