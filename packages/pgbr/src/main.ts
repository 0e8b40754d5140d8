import { Failure } from '@backup-maker/model';
import packageJson from '../package.json' with { type: 'json' };
import { backup } from './backup.ts';
import { loadConfig } from './config.ts';
import { exitCodeOf } from './exit-code.ts';
import { restore } from './restore.ts';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Every time: a second one must not keep the databases from being opened again.
  process.on(name, () => abort.abort());
}

// Only the end of the run says that all went well. A process with nothing left to wait for would end before, with 0.
let running = true;
process.exitCode = 1;
process.once('beforeExit', () => {
  if (running) {
    process.stderr.write('pgbr: unexpected: it stopped before it was done\n');
  }
});

// Not awaited at the top level: the single executable is one CommonJS file, which cannot do that.
run().then(finish, (error: unknown) => finish(report(error)));

function finish(exitCode: number): void {
  running = false;
  process.exitCode = exitCode;
  // An open standard input must not keep the process alive after a failure.
  process.stdin.destroy();
}

function report(error: unknown): number {
  const reason = error instanceof Error ? error.message : String(error);
  const failure = Failure.from(error, 'internal', `unexpected: ${reason}`);
  process.stderr.write(`pgbr: ${failure.message}\n`);
  return exitCodeOf(failure);
}

async function run(): Promise<number> {
  const config = loadConfig(process.argv.slice(2), process.env, packageJson.version);
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
