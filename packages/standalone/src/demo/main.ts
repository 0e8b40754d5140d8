import { spawn } from 'node:child_process';
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
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Run a demo in a temporary folder; gives the exit code. */
async function main(): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'backup-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const logFile = join(folder, 'standalone.log');
  const interrupted = new Promise<number>((resolve) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.once(signal, () => resolve(code));
    }
  });
  try {
    return await Promise.race([demo(stack, folder, logFile, interrupted), interrupted]);
  } catch (error) {
    print(`\nThe demo failed: ${error instanceof Failure ? error.message : `unexpected: ${error}`}`);
    print('The log of backup-standalone:');
    await pipeline(createReadStream(logFile), process.stdout, { end: false }).catch(() => undefined);
    return 1;
  }
}

async function demo(
  stack: AsyncDisposableStack,
  folder: string,
  logFile: string,
  interrupted: Promise<number>,
): Promise<number> {
  const started = performance.now();
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  print('Starting the embedded cluster, the controller and the Backup Repository');
  const standalone = stack.use(
    await startStandaloneProcess({
      command: [process.execPath, join(checkout, 'packages/standalone/bin/backup-standalone.js')],
      dataDir: join(folder, 'standalone'),
      logFile,
      env: process.env,
    }),
  );
  const { addresses } = standalone;
  const dataSets: DataSet[] = [stack.use(await createFilesDataSet({ checkout, folder, owner }))];
  if (findProgram('initdb') === undefined) {
    print('PostgreSQL is not here, so only files are shown: apt-get install postgresql');
  } else {
    dataSets.push(stack.use(await createPostgresDataSet()));
  }
  const connection = await connect({ type: 'file', path: addresses.kubeconfig });
  const trips = await runDemo({
    client: createClient({ transport: connection.transport, fieldManager: 'demo' }),
    repositoryUrl: addresses.repository,
    definitionsFolder: join(folder, 'definitions'),
    dataSets,
    encodePassword,
    report: print,
    now: () => performance.now(),
  });
  print(`\n${summary(trips)}\n\nAll of it took ${formatDuration(performance.now() - started)}.`);
  if (keep) {
    print(`It goes on running; end it with Ctrl-C.
  Kubernetes API     ${addresses.apiServer}
  Backup Repository  ${addresses.repository}
  definitions        ${join(folder, 'definitions')}
  log                ${logFile}
  kubectl --kubeconfig ${addresses.kubeconfig} get scheduledbackups,requestedbackupactions,jobs,pods -A`);
    await Promise.race([interrupted, standalone.exited]);
  } else {
    print(
      `While it ran, its kubeconfig was ${addresses.kubeconfig}: "make demo KEEP=1" leaves it running for kubectl.`,
    );
  }
  return 0;
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
