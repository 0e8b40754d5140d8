import { hasPrograms, type MariaDb, startMariaDb } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DatabaseScene, MariaDbScenes } from './mariadb-scenes.ts';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const hasMariaDb = hasPrograms(
  'mariadbd',
  'mariadb',
  'mariadb-dump',
  'mariadb-install-db',
  'mysqldump',
  'mysql',
);

describe.skipIf(!hasMariaDb)('a MariaDB server', () => {
  let server: MariaDb;
  let scenes: MariaDbScenes;
  beforeAll(async () => {
    server = await startMariaDb();
    scenes = new MariaDbScenes(server);
    await scenes.createUser('keeper', 's3cr3t-w0rd');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const params = (more: Params = {}) => ({
    ...{ port: server.port, user: 'keeper', password: 's3cr3t-w0rd' },
    ...more,
  });
  const sceneOf = <T extends DatabaseScene>(scene: T, more: Params): T & Scene => ({
    ...scene,
    params: params(more),
  });

  function databaseSubject(template: string, dump: string, client: string): Subject {
    return {
      template,
      programs: [dump, client],
      dumpProgram: dump,
      restoreProgram: client,
      refused: { hostname: /ERROR 2005|Unknown (MySQL )?server host/ },
      cutVersion: 'leaves the data alone',
      ordinary: async () => sceneOf(await scenes.shop('shop'), { db: 'shop' }),
      awkward: async (_stage, text) => {
        const [db, user] = [`${text}d`.slice(0, 30), text.trim()];
        await scenes.createUser(user, text);
        const extraArguments = [`--where=note <> '${text.replaceAll(/[\\']/g, '\\$&')}'`];
        return sceneOf(await scenes.shop(db), {
          ...{ db, user, password: text, extraArguments, defaultsFile: '', inPlace: db.includes('\n') },
        });
      },
      empty: async () => sceneOf(await scenes.empty('nothing'), { db: 'nothing' }),
      large: async () => sceneOf(await scenes.large('large'), { db: 'large' }),
    };
  }
  describeMatrix(databaseSubject('mysql-dump', 'mysqldump', 'mysql'));
  const mariadb = databaseSubject('mariadb', 'mariadb-dump', 'mariadb');
  describeMatrix(mariadb);

  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.create(mariadb);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('gets a database back that was dropped, even one whose name is an option', async () => {
    const { state, remove } = await scenes.shop('--all-databases');
    const before = await state();
    const given = { params: params({ db: '--all-databases' }) };
    expect(await stage.backup(given)).toEqual(succeeded);
    await remove?.();
    expect(await stage.restore(given)).toEqual(succeeded);
    expect(await state()).toBe(before);
    await remove?.();
  });

  it('is stored as a whole, with its users', async () => {
    const { state, remove } = await scenes.shop('second shop');
    const before = await state();
    await server.query(
      "CREATE OR REPLACE USER guest IDENTIFIED BY 'g'; GRANT SELECT ON `second shop`.* TO guest",
    );
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await remove?.();
    await server.query('DROP USER guest');
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await state()).toBe(before);
    const guest = { user: 'guest', password: 'g' };
    expect(await server.query('SHOW GRANTS', guest)).toMatch(/SELECT ON `second shop`/);
  });

  it.each([
    ['a server that is not there', { port: 1 }, /Can't connect/],
    ['a wrong password', { user: 'root', password: 'wrong' }, /Access denied/],
    ['a database that is not there', { db: 'nowhere' }, /Unknown database/],
  ])('makes no version with %s', async (_what, wrong, message) => {
    const result = await stage.backup({ params: params({ db: 'shop', ...wrong }) });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(message) });
    expect(await stage.version()).toBeUndefined();
  });
});
