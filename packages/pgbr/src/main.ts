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

function insistOnStream({ isTTY }: { readonly isTTY?: boolean }, message: string): void {
  if (isTTY) {
    throw new Failure('invalid-input', message);
  }
}

async function run(): Promise<number> {
  const config = loadConfig(process.argv.slice(2), process.env, packageJson.version);
  const { signal } = abort;
  switch (config.operation) {
    case 'help':
      (config.exitCode === 0 ? process.stdout : process.stderr).write(config.text);
      return config.exitCode;
    case 'backup':
      if (config.database !== undefined) {
        insistOnStream(process.stdout, 'the dump is binary and standard output is a terminal: redirect it');
      }
      await backup(config, { output: process.stdout, env: process.env, signal });
      return 0;
    case 'restore':
      // Before the database is closed: it would be for as long as nobody types.
      insistOnStream(process.stdin, 'give the dump on standard input, which is a terminal');
      await restore(config, { input: process.stdin, env: process.env, signal });
      return 0;
    default:
      return config satisfies never;
  }
}
