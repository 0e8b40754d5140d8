import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from '@backup-maker/testing';
import { type Contender, contenders } from './contenders.ts';
import { type DataKind, prepareSource } from './data.ts';
import { type Measurement, measure } from './measure.ts';
import { writeReport } from './report.ts';
import { startRepository } from './repository.ts';

// node bench/client/bench.ts [--mebibytes 1024] [--data random,text] [--only part-of-a-name] [--report FILE]
const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '1024' },
    data: { type: 'string', default: 'random,text' },
    only: { type: 'string', default: '' },
    report: { type: 'string' },
  },
});
const mebibytes = Number(values.mebibytes);
const lines: string[] = [];

const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const backupMaker = join(folder, 'bin/backup-maker');
execFileSync(
  process.execPath,
  [
    join(import.meta.dirname, '../../scripts/binaries/build.ts'),
    join(folder, 'bin'),
    '--only',
    'backup-maker',
  ],
  {
    stdio: 'ignore',
  },
);
const repository = await startRepository(folder);
const env: NodeJS.ProcessEnv = {
  ...process.env,
  BACKUP_MAKER: backupMaker,
  NODE: process.execPath,
  BARE_PUT: join(import.meta.dirname, 'bare-put.ts'),
  GNUPGHOME: await mkdtemp(join(tmpdir(), 'gpg-')),
  RESTIC_PASSWORD: 'bench',
  BORG_PASSPHRASE: 'bench',
  BM_URL: repository.url,
  BM_AUTH_TOKEN: repository.token,
  BM_COLLECTION_ID: 'bench',
};
try {
  execFileSync(backupMaker, ['keygen', '--email', 'ours@example.org', '--output', 'ours'], {
    cwd: folder,
    env,
    stdio: 'ignore',
  });
  say(`${cpus().length} × ${cpus()[0]?.model}, Node.js ${process.versions.node}, ${mebibytes} MiB`);
  for (const kind of values.data.split(',') as readonly DataKind[]) {
    env.SOURCE = await prepareSource(folder, kind, mebibytes);
    say(`\n### ${mebibytes} MiB, ${kind}\n`);
    say('| way | MB/s | CPU s/GiB | peak MiB | server peak MiB |\n| --- | ---: | ---: | ---: | ---: |');
    for (const contender of contenders.filter(({ name }) => name.includes(values.only))) {
      say(await row(contender));
    }
    await removeRepositories();
  }
  if (values.report !== undefined) {
    await writeReport(values.report, `${mebibytes} MiB`, lines);
  }
} finally {
  await repository.stop();
  await rm(folder, { recursive: true });
  await rm(env.GNUPGHOME ?? '', { recursive: true, force: true });
}

function say(text: string): void {
  lines.push(text);
  console.log(text);
}

async function row(contender: Contender): Promise<string> {
  const missing = contender.programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) {
    return `| ${contender.name} | needs ${missing.join(', ')} | | | |`;
  }
  if (contender.prepare !== undefined) {
    await measure(contender.prepare, { folder, env });
  }
  const serverPid = contender.usesRepository ? repository.pid : undefined;
  return formatRow(contender.name, await measure(contender.command, { folder, env, serverPid }));
}

function formatRow(name: string, result: Measurement): string {
  const speed = (mebibytes * 1.048576) / result.seconds;
  const cpu = result.cpuSeconds / (mebibytes / 1024);
  const server = result.serverPeakMebibytes?.toFixed(0) ?? '';
  return `| ${name} | ${speed.toFixed(0)} | ${cpu.toFixed(2)} | ${result.peakMebibytes.toFixed(0)} | ${server} |`;
}

/** So that the next kind of data meets empty ones. */
async function removeRepositories(): Promise<void> {
  const pid = await readFile(join(folder, 'rclone.pid'), 'utf8').catch(() => undefined);
  if (pid !== undefined) {
    process.kill(Number(pid));
  }
  for (const name of ['restic', 'borg', 'served', 'out', 'age.key', 'rclone.pid']) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
