import { exitCodes } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import packageJson from '../package.json' with { type: 'json' };
import { run } from './run.ts';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => abort.abort(new Failure('cancelled', `cancelled by ${name}`)));
}
// Whoever reads our output may stop early (`| head`): no reason for a stack trace.
process.stdout.on('error', () => {});

// Only the end of the run says that all went well. A process with nothing left to wait for would end before, with 0.
let running = true;
process.exitCode = exitCodes.unexpected;
process.once('beforeExit', () => {
  if (running) {
    process.stderr.write('error: unexpected: it stopped before it was done\n');
  }
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
ended.then(finish, (error: unknown) => {
  finish(exitCodes.unexpected);
  throw error;
});

function finish(code: number): void {
  running = false;
  process.exitCode = code;
}
