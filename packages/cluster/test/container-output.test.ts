import { access, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { logFile, startContainer } from '../src/node/container-run.ts';
import { inspectMachine, type Machine } from '../src/node/sandbox/machine.ts';
import type { KubeObject } from '../src/object.ts';
import { eventually } from './embedded.ts';

const atOnce = 32;
const mostContainers = 1000;
const fewestContainers = 100;
/** A busy machine runs fewer in this time. */
const longestMs = 18_000;

describe.skipIf(!hasPrograms('setpriv'))('what a container says that ends at once', () => {
  let folder: string;
  let machine: Machine;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'container-output-'));
    machine = await inspectMachine({
      confine: 'never',
      folder: join(folder, 'machine'),
      programs: undefined,
      launchersFolder: join(folder, 'launchers'),
      hiddenPaths: [],
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (
    name: string,
    record?: (podFolder: string, name: string, pid: number) => Promise<void>,
  ) => {
    const podFolder = join(folder, name);
    await mkdir(podFolder);
    const { finished } = await startContainer({
      pod: { metadata: { name }, spec: {} } as KubeObject,
      container: {
        name: 'main',
        command: ['sh', '-c', `echo "says ${name}"; echo "complains" >&2; exit 3`],
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
      restartCount: 0,
      folder: podFolder,
      volumes: new Map(),
      source: { get: () => undefined } as never,
      machine,
      clock: systemClock,
      ...(record && { record }),
    });
    const { exitCode, message } = await finished;
    const log = await readFile(logFile(podFolder, 'main', 0), 'utf8');
    const said = log.split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
    return { exitCode, message: message?.split('\n').toSorted(), log: said.toSorted() };
  };
  const expected = (name: string) => ({
    exitCode: 3,
    message: ['', 'complains', `says ${name}`],
    log: ['', 'complains', `says ${name}`],
  });

  test('is in its log and its termination message, also where its process is noted after its end', async () => {
    const noted = async (_folder: string, _name: string, pid: number): Promise<void> => {
      // Gone from there when Node.js has been told of its end, and has dropped what nobody read.
      const isThere = () =>
        access(`/proc/${pid}`).then(
          () => true,
          () => false,
        );
      await eventually(isThere, (there) => !there);
    };
    expect(await run('late', noted)).toEqual(expected('late'));
  });

  test('a process that cannot be noted is ended, not left running beside the next attempt', async () => {
    let pid = 0;
    const fails = async (_folder: string, _name: string, started: number): Promise<void> => {
      pid = started;
      throw new Error('the disk is full');
    };
    await expect(run('unnoted', fails)).rejects.toThrow('the disk is full');
    await expect(access(`/proc/${pid}`)).rejects.toThrow('ENOENT');
  });

  test('arrives from each of many that run at once', async () => {
    const end = Date.now() + longestMs;
    let started = 0;
    let done = 0;
    const oneAfterAnother = async (): Promise<void> => {
      while (started < mostContainers && (Date.now() < end || started < fewestContainers)) {
        const name = `c${started++}`;
        expect(await run(name)).toEqual(expected(name));
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, oneAfterAnother));
    expect(done).toBeGreaterThanOrEqual(fewestContainers);
  }, 60_000);
});
