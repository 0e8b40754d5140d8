import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { connect, createClient } from '@backup-maker/kube';
import { Failure, formatBytes, formatDuration, type Secret } from '@backup-maker/model';
import { findProgram } from '@backup-maker/testing';
import type { DataSet } from './data-set.ts';
import { type RoundTrip, runDemo } from './demo.ts';
import { createFilesDataSet } from './files-data-set.ts';
import { createPostgresDataSet } from './postgres-data-set.ts';
import { startStandaloneProcess } from './standalone-process.ts';
import { table } from './table.ts';

const checkout = resolve(import.meta.dirname, '../../../..');
const keep = process.argv.includes('--keep');
/** What ends it, and the exit code that shells give then: 128 and the signal's number. */
const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Run a demo in a temporary folder; gives the exit code. */
async function main(): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'backup-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const logFile = join(folder, 'standalone.log');
  const interruption = new AbortController();
  let exitCode = 0;
  for (const [name, code] of signals) {
    process.once(name, () => {
      exitCode = code;
      interruption.abort();
    });
  }
  try {
    return await demo({ stack, folder, logFile, signal: interruption.signal });
  } catch (error) {
    if (interruption.signal.aborted) {
      return exitCode;
    }
    print(`\nThe demo failed: ${error instanceof Failure ? error.message : `unexpected: ${error}`}`);
    print('The log of backup-standalone:');
    await pipeline(createReadStream(logFile), process.stdout, { end: false }).catch(() => undefined);
    return 1;
  }
}

interface DemoRun {
  readonly stack: AsyncDisposableStack;
  readonly folder: string;
  readonly logFile: string;
  /** Aborted when the user wants it to end: what was started is then stopped again. */
  readonly signal: AbortSignal;
}

async function demo({ stack, folder, logFile, signal }: DemoRun): Promise<number> {
  const started = performance.now();
  print('Starting the embedded cluster, the controller and the Backup Repository');
  const standalone = stack.use(
    await startStandaloneProcess({
      command: [process.execPath, join(checkout, 'packages/standalone/bin/backup-standalone.js')],
      dataDir: join(folder, 'standalone'),
      logFile,
      env: process.env,
      signal,
    }),
  );
  const { addresses } = standalone;
  if (addresses.unconfinedBecause !== undefined) {
    print(`The demo runs pods that mount folders, and here they can't: ${addresses.unconfinedBecause}.`);
    print('Run it as root on Linux, with sudo or in a container that may mount. "make test" needs neither.');
    return 1;
  }
  const connection = await connect({ type: 'file', path: addresses.kubeconfig });
  const trips = await runDemo({
    client: createClient({ transport: connection.transport, fieldManager: 'demo' }),
    repositoryUrl: addresses.repository,
    definitionsFolder: join(folder, 'definitions'),
    dataSets: await createDataSets(stack, folder),
    encodePassword,
    report: print,
    now: () => performance.now(),
    signal,
  });
  print(`\n${summary(trips)}\n\nAll of it took ${formatDuration(performance.now() - started)}.`);
  if (!keep) {
    print(
      `While it ran, its kubeconfig was ${addresses.kubeconfig}: "make demo KEEP=1" leaves it running for kubectl.`,
    );
    return 0;
  }
  print(`It goes on running; end it with Ctrl-C.
  Kubernetes API     ${addresses.apiServer}
  Backup Repository  ${addresses.repository}
  definitions        ${join(folder, 'definitions')}
  log                ${logFile}
  kubectl --kubeconfig ${addresses.kubeconfig} get scheduledbackups,requestedbackupactions,jobs,pods -A`);
  await Promise.race([once(signal, 'abort'), standalone.exited]);
  return 0;
}

async function createDataSets(stack: AsyncDisposableStack, folder: string): Promise<readonly DataSet[]> {
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const files = stack.use(await createFilesDataSet({ checkout, folder, owner }));
  if (findProgram('initdb') === undefined) {
    print('PostgreSQL is not here, so only files are shown: apt-get install postgresql');
    return [files];
  }
  return [files, stack.use(await createPostgresDataSet())];
}

function summary(trips: readonly RoundTrip[]): string {
  const heading = ['WHAT', 'CONTENT', 'STORED', 'VERSION', 'BACKUP', 'RESTORE', 'RESULT'];
  const rows = trips.map((trip) => [
    trip.title,
    trip.content,
    formatBytes(trip.storedBytes),
    `v${trip.versionNumber}`,
    formatDuration(trip.backupMs),
    formatDuration(trip.restoreMs),
    'equal',
  ]);
  return table([heading, ...rows]);
}

/** As a user makes it: the password goes in by standard input, so that no process list shows it. */
async function encodePassword(password: Secret): Promise<string> {
  const executable = join(checkout, 'packages/server/bin/backup-repository.js');
  const child = spawn(process.execPath, [executable, '--encode-password', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(password.reveal());
  const encoded = (await text(child.stdout)).trim();
  if (encoded === '') {
    throw new Failure('internal', 'backup-repository --encode-password printed nothing');
  }
  return encoded;
}

process.exitCode = await main();
