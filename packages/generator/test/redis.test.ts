import { hasPrograms, type Redis, runProgram, startRedis } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

const password = 's3cr3t "w0rd" $x';

describe.skipIf(!hasPrograms('redis-server', 'redis-cli'))('redis', () => {
  let server: Redis;
  let stage: Stage;

  const redis = (...args: readonly string[]) => server.cli(...args);
  const script = (lua: string, ...args: readonly string[]) => redis('-e', 'EVAL', lua, '0', ...args);
  /** Every key of a database with its serialized value. */
  const digest = (database = 0) => redis('-n', String(database), 'DEBUG', 'DIGEST');

  beforeAll(async () => {
    server = await startRedis({ password });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  beforeEach(async () => {
    stage = await Stage.create({
      template: 'redis',
      programs: ['redis-cli', 'redis-server', 'redis-check-rdb'],
    });
    await redis('FLUSHALL');
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const params = (more: object = {}) => ({ port: server.port, password, ...more });

  async function fill(): Promise<void> {
    await script(`for i = 1, 1500 do redis.call("SET", "key:" .. i, ("value" .. i):rep(3)) end
      redis.call("HSET", "a hash", "f", "v"); redis.call("RPUSH", "list", "a", "b"); redis.call("ZADD", "zset", 1.5, "m")
      redis.call("XADD", "stream", "1-1", "f", "v"); redis.call("SET", "bytes\\0\\255\\n", "\\0\\1\\255")
      redis.call("SET", "expires", "x", "EX", 100000)
      redis.call("SELECT", 5); redis.call("SET", "in five", "y")`);
  }

  it('brings all databases back, and nothing that was not in them', async () => {
    await fill();
    const before = [await digest(0), await digest(5)];
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await redis('DEL', 'key:1', 'a hash', 'list');
    await redis('SET', 'junk', 'x');
    await redis('-n', '5', 'FLUSHDB');
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect([await digest(0), await digest(5)]).toEqual(before);
    expect(Number(await redis('TTL', 'expires'))).toBeGreaterThan(99_000);
    expect(await runProgram('ls', ['-A', stage.at('temporary')])).toBe('');
  });

  it.each(awkwardTexts)('takes users and passwords with %s', async (_what, text) => {
    // A user's name must not hold spaces.
    const user = text.replaceAll(/\s/g, '_');
    await redis('ACL', 'SETUSER', user, 'on', `>${text}`, '~*', '&*', '+@all');
    await fill();
    const before = await digest();
    expect(await stage.backup({ params: params({ user, password: text }) })).toEqual(succeeded);
    await redis('FLUSHALL');
    expect(await stage.restore({ params: params({ user, password: text }) })).toEqual(succeeded);
    expect(await digest()).toBe(before);
  });

  it('keeps the password out of every argument', async () => {
    await fill();
    await stage.backup({ params: params() });
    await stage.restore({ params: params() });
    expect(await stage.seenArguments()).toContain('--rdb');
    expect(await stage.seenArguments()).not.toContain('s3cr3t');
  });

  it('stores an empty server', async () => {
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await fill();
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await redis('DBSIZE')).toBe('0\n');
  });

  it('stores 100 MB', async () => {
    await script(
      'for i = 1, 100 do redis.call("SET", "large:" .. i, (i .. ","):rep(1000000):sub(1, 1000000)) end',
    );
    await redis('CONFIG', 'SET', 'rdbcompression', 'no');
    const before = await digest();
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    expect((await stage.version())?.length).toBeGreaterThan(99_000_000);
    await redis('FLUSHALL');
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await digest()).toBe(before);
  });

  it.each([
    ['a server that is not there', { port: 1 }, /Could not connect/],
    ['a wrong password', { password: 'wrong' }, /WRONGPASS|NOAUTH/],
  ])('makes no version with %s', async (_what, wrong, message) => {
    const result = await stage.backup({ params: params(wrong) });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(message);
    expect(await stage.version()).toBeUndefined();
  });

  it('makes no version when the dump dies half-way', async () => {
    await fill();
    expect(await stage.backup({ params: params(), breakProgram: 'redis-cli' })).toMatchObject({ code: 3 });
    expect(await stage.version()).toBeUndefined();
  });

  it('leaves the server alone when the version is cut short', async () => {
    await fill();
    await stage.backup({ params: params() });
    const before = await digest();
    const result = await stage.restore({ params: params(), feedBytes: 5000 });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/nothing counts as restored/);
    expect(await digest()).toBe(before);
  });

  it('says so when the server refuses a key', async () => {
    await fill();
    await stage.backup({ params: params() });
    await redis('ACL', 'SETUSER', 'weak', 'on', '>w', '~*', '&*', '+@all', '-restore');
    const result = await stage.restore({ params: params({ user: 'weak', password: 'w' }) });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/NOPERM[\s\S]*nothing counts as restored/);
  });
});
