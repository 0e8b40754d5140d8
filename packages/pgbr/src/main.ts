import { Failure } from '@backup-maker/model';
import { backup } from './backup.ts';
import { loadConfig } from './config.ts';
import { exitCodeOf } from './exit-code.ts';
import { restore } from './restore.ts';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => abort.abort());
}

try {
  process.exitCode = await run();
} catch (error) {
  const failure = Failure.from(
    error,
    'internal',
    `unexpected: ${error instanceof Error ? error.message : error}`,
  );
  process.stderr.write(`pgbr: ${failure.message}\n`);
  process.exitCode = exitCodeOf(failure);
}
// An open standard input must not keep the process alive after a failure.
process.stdin.destroy();

async function run(): Promise<number> {
  const config = loadConfig(process.argv.slice(2), process.env);
  const { signal } = abort;
  switch (config.operation) {
    case 'help':
      (config.exitCode === 0 ? process.stdout : process.stderr).write(config.text);
      return config.exitCode;
    case 'backup':
      await backup(config, { output: process.stdout, env: process.env, signal });
      return 0;
    case 'restore':
      await restore(config, { input: process.stdin, env: process.env, signal });
      return 0;
    default:
      return config satisfies never;
  }
}
