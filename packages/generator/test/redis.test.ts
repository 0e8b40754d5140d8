import { hasPrograms, type Redis, startRedis } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const password = 's3cr3t "w0rd" $x';

describe.skipIf(!hasPrograms('redis-server', 'redis-cli'))('a Redis server', () => {
  let server: Redis;
  beforeAll(async () => {
    server = await startRedis({ password });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  beforeEach(() => server.cli('FLUSHALL'));

  const script = (lua: string) => server.cli('-e', 'EVAL', lua, '0');
  /** One number for all keys with their values, and how many a database has. */
  const digests = async () => (await server.cli('DEBUG', 'DIGEST')) + (await server.cli('INFO', 'keyspace'));
  const params = (more: Params = {}) => ({ port: server.port, password, ...more });
  const fill = () =>
    script(`for i = 1, 1500 do redis.call("SET", "key:" .. i, ("value" .. i):rep(3)) end
      redis.call("HSET", "a hash", "f", "v"); redis.call("RPUSH", "list", "a", "b"); redis.call("ZADD", "zset", 1.5, "m")
      redis.call("XADD", "stream", "1-1", "f", "v"); redis.call("SET", "bytes\\0\\255\\n", "\\0\\1\\255")
      redis.call("SELECT", 5); redis.call("SET", "in five", "y")`);

  const serverScene = (more: Params = {}): Scene => ({
    params: params(more),
    state: digests,
    damage: () =>
      script(`redis.call("DEL", "key:1", "a hash"); redis.call("SET", "junk", "x")
        redis.call("SELECT", 5); redis.call("FLUSHDB")`),
  });

  const subject: Subject = {
    template: 'redis',
    programs: ['redis-cli', 'redis-server', 'redis-check-rdb'],
    dumpProgram: 'redis-cli',
    restoreProgram: 'redis-cli',
    refused: { hostname: /Could not connect/ },
    cutVersion: 'leaves the data alone',
    ordinary: async () => {
      await fill();
      return serverScene();
    },
    awkward: async (_stage, text) => {
      // The name of a user must not hold white space.
      const user = text.replaceAll(/\s/g, '_');
      await server.cli('ACL', 'SETUSER', user, 'on', `>${text}`, '~*', '&*', '+@all');
      await fill();
      return serverScene({ user, password: text });
    },
    empty: async () => serverScene(),
    large: async () => {
      await script(
        'for i = 1, 100 do redis.call("SET", "large:" .. i, (i .. ","):rep(1000000):sub(1, 1000000)) end',
      );
      await server.cli('CONFIG', 'SET', 'rdbcompression', 'no');
      return {
        ...serverScene(),
        damage: () => server.cli('DEL', 'large:1'),
        sizeBytes: async () => 1_000_000 * Number(await server.cli('DBSIZE')),
      };
    },
  };
  describeMatrix(subject);

  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.create(subject);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('brings times to live back', async () => {
    await server.cli('SET', 'expires', 'x', 'EX', '100000');
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.cli('FLUSHALL');
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(Number(await server.cli('TTL', 'expires'))).toBeGreaterThan(99_000);
  });

  it.each([
    ['a server that is not there', { port: 1 }, /Could not connect/],
    ['a wrong password', { password: 'wrong' }, /WRONGPASS|AUTH failed/],
  ])('makes no version with %s', async (_what, wrong, message) => {
    const result = await stage.backup({ params: params(wrong) });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(message) });
    expect(await stage.version()).toBeUndefined();
  });

  it('leaves everything alone when the server refuses a key', async () => {
    await fill();
    await stage.backup({ params: params() });
    await server.cli('SET', 'later', 'x');
    const before = await digests();
    await server.cli('ACL', 'SETUSER', 'weak', 'on', '>w', '~*', '&*', '+@all', '-restore');
    const result = await stage.restore({ params: params({ user: 'weak', password: 'w' }) });
    expect(result).toEqual({
      code: 3,
      messages: expect.stringMatching(/NOPERM[\s\S]*data are as they were[\s\S]*nothing counts as restored/),
    });
    expect(await digests()).toBe(before);
  });

  it('gets its old data back when the new ones do not fit', async () => {
    await script('for i = 1, 40 do redis.call("SET", "large:" .. i, ("x"):rep(1000000)) end');
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.cli('FLUSHALL');
    await fill();
    const before = await digests();
    await server.cli('CONFIG', 'SET', 'maxmemory', '20mb');
    try {
      for (const policy of ['noeviction', 'allkeys-random']) {
        await server.cli('CONFIG', 'SET', 'maxmemory-policy', policy);
        const result = await stage.restore({ params: params() });
        expect(result).toEqual({ code: 3, messages: expect.stringMatching(/old data are put back/) });
        expect(await digests()).toBe(before);
        expect(await stage.leftovers()).toEqual([]);
      }
    } finally {
      await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    }
  }, 60_000);

  it('gets its functions back, twice', async () => {
    const library = (name: string) =>
      `#!lua name=${name}\nredis.register_function("${name}", function() return "é" end)`;
    await server.cli('FUNCTION', 'LOAD', library('stored'));
    await server.cli('SET', 'key', 'x');
    const before = await server.cli('FUNCTION', 'LIST', 'WITHCODE');
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await server.cli('FUNCTION', 'FLUSH');
    await server.cli('FUNCTION', 'LOAD', library('later'));
    for (const _time of [1, 2]) {
      expect(await stage.restore({ params: params() })).toEqual(succeeded);
      expect(await server.cli('FUNCTION', 'LIST', 'WITHCODE')).toBe(before);
    }
    await server.cli('FUNCTION', 'FLUSH');
  });
});
