import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { pino } from 'pino';
import { loadConfig } from './config.ts';
import { run } from './run.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const loaded = loadConfig(process.argv.slice(2), process.env, version);
if (loaded.type === 'answer') {
  (loaded.exitCode === 0 ? process.stdout : process.stderr).write(loaded.text);
  process.exitCode = loaded.exitCode;
} else {
  const logger = pino({ level: loaded.config.logLevel });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'stopping');
      stop.abort();
    });
  }
  try {
    await run({
      config: loaded.config,
      logger,
      identity: `${hostname()}-${process.pid}`,
      signal: stop.signal,
    });
  } catch (error) {
    logger.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'the controller failed');
    process.exitCode = 1;
  }
}
