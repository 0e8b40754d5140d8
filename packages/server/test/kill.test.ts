import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createJanitor } from '../src/background/janitor.ts';
import { listVersions } from '../src/database/versions.ts';
import { createMemoryDocuments } from '../src/documents/memory.ts';
import { openVersion } from '../src/download/version-bytes.ts';
import { openRepository } from '../src/open-repository.ts';
import type { Repository } from '../src/repository.ts';
import { testConfig } from './test-config.ts';

const worker = join(import.meta.dirname, 'kill-worker.ts');
const lanes = 2;
const killsOfLane = 25;
const dayMs = 86_400_000;

interface Said {
  readonly sent: Set<string>;
  /** The last that the latest worker was answered as stored. */
  stored: string | undefined;
}

/** Let the worker upload, and kill it `afterMs` later, wherever it is then. */
async function uploadUntilKilled(folder: string, afterMs: number, said: Said): Promise<void> {
  said.stored = undefined;
  const child = spawn(process.execPath, [worker, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Fifty starts: they need not compile the same code again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const [word, digest = ''] = line.split(' ');
    if (word === 'ready') {
      setTimeout(() => child.kill('SIGKILL'), afterMs);
    } else if (word === 'sent') {
      said.sent.add(digest);
    } else {
      said.stored = digest;
    }
  }
  const [code, signal] = await exited;
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}

async function withRepository(
  folder: string,
  look: (repository: Repository) => Promise<void>,
): Promise<void> {
  await using opened = await openRepository({
    config: testConfig(folder),
    documents: createMemoryDocuments(),
    logger: pino({ level: 'silent' }),
    now: () => Date.now() + dayMs,
  });
  await look(opened.repository);
}

async function insistOnWholeVersions(repository: Repository, said: Said): Promise<void> {
  const versions = await listVersions(repository.database, 'iwa');
  expect(versions.length).toBeLessThanOrEqual(2);
  for (const version of versions) {
    const hash = createHash('sha256');
    const whole = { offsetBytes: 0, lengthBytes: version.sizeBytes };
    for await (const chunk of await openVersion(repository, version, whole)) {
      hash.update(chunk);
    }
    expect(hash.digest('hex')).toBe(version.sha256);
    expect(said.sent).toContain(version.sha256);
  }
  if (said.stored !== undefined) {
    // At most one later one was recorded without its answer having been heard.
    expect(versions.slice(-2).map((version) => version.sha256)).toContain(said.stored);
  }
}

describe('a server that is killed', () => {
  it(`has whole versions alone, and no leftovers after the janitor, at ${lanes * killsOfLane} random moments`, async () => {
    const runLane = async () => {
      const folder = await mkdtemp(join(tmpdir(), 'kill-'));
      const said: Said = { sent: new Set(), stored: undefined };
      for (let kill = 0; kill < killsOfLane; kill += 1) {
        await uploadUntilKilled(folder, Math.random() * 150, said);
        await withRepository(folder, (repository) => insistOnWholeVersions(repository, said));
      }
      await withRepository(folder, async (repository) => {
        const janitor = createJanitor(repository);
        await janitor.run();
        await janitor.run();
        await insistOnWholeVersions(repository, said);
        const versions = await listVersions(repository.database, 'iwa');
        expect(await readdir(join(folder, 'storage/objects/iwa'))).toHaveLength(versions.length);
        expect(await readdir(join(folder, 'storage/incoming'))).toEqual([]);
      });
      expect(said.sent.size).toBeGreaterThan(killsOfLane);
      await rm(folder, { recursive: true });
    };
    await Promise.all(Array.from({ length: lanes }, runLane));
  }, 180_000);
});
