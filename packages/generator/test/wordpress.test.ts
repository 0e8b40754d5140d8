import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { hasPrograms, type MariaDb, runProgram, startMariaDb } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from './folder.ts';
import { type DatabaseScene, MariaDbScenes } from './mariadb-scenes.ts';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const hasMariaDb = hasPrograms('mariadbd', 'mariadb', 'mariadb-dump', 'mariadb-install-db');

describe.skipIf(!hasMariaDb)('a WordPress site', () => {
  let server: MariaDb;
  let scenes: MariaDbScenes;
  beforeAll(async () => {
    server = await startMariaDb();
    scenes = new MariaDbScenes(server);
    await scenes.createUser('keeper', 's3cr3t-w0rd');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  async function fill(folder: string): Promise<void> {
    await mkdir(`${folder}/uploads/2026`, { recursive: true });
    await writeFile(`${folder}/uploads/2026/-photo.jpg`, Buffer.alloc(100_000, 7));
    await writeFile(`${folder}/index.php`, '<?php // silence');
  }

  /** A database together with its folder: both must come back. */
  function siteScene(database: DatabaseScene, path: string, more: Params): Scene {
    return {
      params: { port: server.port, user: 'keeper', password: 's3cr3t-w0rd', path, ...more },
      state: async () => `${await database.state()} ${await fingerprint(path).catch(() => 'no folder')}`,
      damage: async () => {
        await database.damage();
        await rm(path, { recursive: true });
      },
      remove: async () => database.remove?.(),
    };
  }

  const subject: Subject = {
    template: 'wordpress',
    programs: ['mariadb-dump', 'mariadb', 'tar'],
    dumpProgram: 'mariadb-dump',
    restoreProgram: 'mariadb',
    refused: { hostname: /ERROR 2005|Unknown (MySQL )?server host/ },
    cutVersion: 'leaves the data alone',
    ordinary: async (stage) => {
      await fill(stage.at('wp-content'));
      return siteScene(await scenes.shop('wp'), stage.at('wp-content'), { db: 'wp' });
    },
    awkward: async (stage, text) => {
      const path = stage.at(`f${text.replaceAll('/', '_')}`);
      await fill(path);
      const [db, user] = [`${text}d`.slice(0, 30), text.trim()];
      await scenes.createUser(user, text);
      return siteScene(await scenes.shop(db), path, {
        ...{ db, user, password: text, defaultsFile: '', inPlace: db.includes('\n') },
      });
    },
    empty: async (stage) => {
      await mkdir(stage.at('wp-content'));
      return siteScene(await scenes.empty('nothing'), stage.at('wp-content'), {
        ...{ db: 'nothing', allowEmpty: true },
      });
    },
    large: async (stage) => {
      const folder = stage.at('wp-content');
      await fill(folder);
      await runProgram('bash', ['--norc', '-c', 'head -c 10000000 /dev/urandom > "$0/random"', folder]);
      const database = await scenes.large('large');
      return { ...siteScene(database, folder, { db: 'large' }), sizeBytes: database.sizeBytes };
    },
  };
  describeMatrix(subject);

  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.create(subject);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('is an ordinary archive, stored and restored without a word', async () => {
    const { params } = await subject.ordinary(stage);
    await cp(stage.at('wp-content'), stage.at('copy'), { recursive: true });
    expect(await stage.backup({ params })).toEqual({ code: 0, messages: '' });
    const names = await runProgram('tar', ['-tzf', stage.at('store/version')]);
    expect(names).toMatch(/^database\.sql\nwp-content\/[^/]+\n/);
    await rm(stage.at('wp-content'), { recursive: true });
    expect(await stage.restore({ params })).toEqual({ code: 0, messages: '' });
    await runProgram('diff', ['-r', stage.at('copy'), stage.at('wp-content')]);
  });

  it('makes no version when its folder cannot be read to the end', async () => {
    const { params } = await subject.ordinary(stage);
    expect(await stage.backup({ params, breakProgram: 'tar' })).toMatchObject({ code: 3 });
    expect(await stage.version()).toBeUndefined();
  });

  it('keeps its database when the version is cut short', async () => {
    const { params } = await subject.ordinary(stage);
    expect(await stage.backup({ params })).toEqual(succeeded);
    await server.query("INSERT INTO wp.orders VALUES (5000, 'new', '')");
    expect(await stage.restore({ params, feedBytes: 1000 })).toMatchObject({ code: 3 });
    expect(await server.query('SELECT COUNT(*) FROM wp.orders')).toBe('1001\n');
  });
});
