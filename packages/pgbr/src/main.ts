import { Failure } from '@backup-maker/model';
import packageJson from '../package.json' with { type: 'json' };
import { backup } from './backup.ts';
import { loadConfig } from './config.ts';
import { exitCodeOf } from './exit-code.ts';
import { withPasswordOfFile } from './password-file.ts';
import { restore } from './restore.ts';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Every time: a second one must not keep the databases from being opened again.
  process.on(name, () => abort.abort());
}

// Only the end of the run says that all went well. A process with nothing left to wait for would end before, with 0.
process.exitCode = 1;
process.once('beforeExit', () => {
  process.stderr.write('pgbr: unexpected: it stopped before it was done\n');
});

// Not awaited at the top level: the single executable is one CommonJS file, which cannot do that.
// And left to itself, the process would wait for an open standard input and for servers that never hang up.
void run()
  .catch(report)
  .then((exitCode) => process.exit(exitCode));

function report(error: unknown): number {
  const reason = error instanceof Error ? error.message : String(error);
  const failure = Failure.from(error, 'internal', `unexpected: ${reason}`);
  warn(failure.message);
  return exitCodeOf(failure);
}

function warn(message: string): void {
  process.stderr.write(`pgbr: ${message}\n`);
}

function insistOnStream({ isTTY }: { readonly isTTY?: boolean }, message: string): void {
  if (isTTY) {
    throw new Failure('invalid-input', message);
  }
}

async function run(): Promise<number> {
  const { env, stdin, stdout, stderr } = process;
  const config = loadConfig(process.argv.slice(2), env, packageJson.version);
  const { signal } = abort;
  switch (config.operation) {
    case 'help':
      (config.exitCode === 0 ? stdout : stderr).write(config.text);
      return config.exitCode;
    case 'backup':
      if (config.database !== undefined) {
        insistOnStream(stdout, 'the dump is binary and standard output is a terminal: redirect it');
      }
      await backup(await withPasswordOfFile(config, { env, warn }), { output: stdout, env, signal });
      return 0;
    case 'restore':
      // Before the database is closed: it would be for as long as nobody types.
      insistOnStream(stdin, 'give the dump on standard input, which is a terminal');
      await restore(await withPasswordOfFile(config, { env, warn }), { input: stdin, env, signal, warn });
      return 0;
    default:
      return config satisfies never;
  }
}
