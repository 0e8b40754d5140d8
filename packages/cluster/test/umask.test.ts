import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { logFile, startContainer } from '../src/node/container-run.ts';
import { inspectMachine } from '../src/node/sandbox/machine.ts';
import type { KubeObject } from '../src/object.ts';

describe.skipIf(!hasPrograms('setpriv', 'unshare'))('under a service that keeps its files to itself', () => {
  let folder: string;
  let before: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'umask-'));
    before = process.umask(0o077);
    await mkdir(join(folder, 'programs'));
    await writeFile(join(folder, 'programs/hello'), '#!/bin/sh\necho hello\n');
    // As an installation has them.
    await chmod(join(folder, 'programs'), 0o755);
    await chmod(join(folder, 'programs/hello'), 0o755);
  });

  afterAll(async () => {
    process.umask(before);
    await rm(folder, { recursive: true, force: true });
  });

  /** What a container prints. */
  const output = async (name: string, confine: 'auto' | 'never', script: string, user?: number) => {
    const machine = await inspectMachine({
      confine,
      folder: join(folder, 'machine'),
      programs: { root: join(folder, 'programs'), bin: '.' },
      launchersFolder: join(folder, 'launchers'),
      hiddenPaths: [],
    });
    const podFolder = join(folder, name);
    await mkdir(podFolder);
    const { finished } = await startContainer({
      pod: { metadata: { name }, spec: {} } as KubeObject,
      container: {
        name: 'main',
        command: ['sh', '-c', script],
        ...(user !== undefined && { securityContext: { runAsUser: user } }),
      },
      restartCount: 0,
      folder: podFolder,
      volumes: new Map(),
      source: { get: () => undefined } as never,
      machine,
      clock: systemClock,
    });
    await finished;
    const log = await readFile(logFile(podFolder, 'main', 0), 'utf8');
    return log.split('\n').map((line) => line.replace(/^\S+ std\S+ \S /, '').replace(/^\S+Z /, ''));
  };

  test('a container writes files that others may read, as in an image', async () => {
    expect(await output('plain', 'never', 'umask')).toEqual(['0022', '']);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'a container of another user finds root and programs open',
    async () => {
      const script = 'umask; stat -c %a / /run; hello; /usr/local/bin/hello';
      expect(await output('other', 'auto', script, 65_534)).toEqual([
        '0022',
        '755',
        '755',
        'hello',
        'hello',
        '',
      ]);
    },
  );
});
