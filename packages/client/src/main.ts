import { exitCodes } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import packageJson from '../package.json' with { type: 'json' };
import { run } from './run.ts';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => abort.abort(new Failure('cancelled', `cancelled by ${name}`)));
}
let outputError: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error) => {
  outputError ??= error;
});
// A backup must not die, and leave its command behind, because nobody reads its messages any more.
process.stderr.on('error', () => {});

// Only the end of the run says that all went well. A process with nothing left to wait for would end before, with 0.
process.exitCode = exitCodes.unexpected;
process.once('beforeExit', () => {
  process.stderr.write('error: unexpected: it stopped before it was done\n');
});

const ended = run({
  argv: process.argv.slice(2),
  version: packageJson.version,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: abort.signal,
  fetch,
});

// Not awaited at the top level: the single executable is one CommonJS file, which cannot do that.
void ended.then(finish);

/**
 * Left to itself, the process would wait for connections whose answer nobody wants any more. Immediately is late enough
 * for the `error` event of what was written last.
 */
function finish(code: number): void {
  process.stdout.write('', () => setImmediate(() => process.exit(withOutput(code))));
}

/** Output that is lost, as on a full disk, is no success. Whoever stopped reading it (`| head`) knows. */
function withOutput(code: number): number {
  if (code !== exitCodes.done || outputError === undefined || outputError.code === 'EPIPE') {
    return code;
  }
  process.stderr.write(`error: cannot write to standard output: ${outputError.message}\n`);
  return exitCodes.unexpected;
}
