import { readdir } from 'node:fs/promises';
import { type Etcd, hasPrograms, startEtcd } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

describe.skipIf(!hasPrograms('etcd', 'etcdctl'))('etcd', () => {
  let server: Etcd;
  let stage: Stage;

  const etcdctl = (args: readonly string[], input = '') => server.etcdctl(args, input);
  const everything = () => etcdctl(['get', '', '--from-key']);

  beforeEach(async () => {
    stage = await Stage.create({ template: 'etcd', programs: ['etcdctl'] });
    server = await startEtcd();
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  const params = (more: object = {}) => ({
    endpoint: server.endpoint,
    dataDir: server.dataFolder,
    ...more,
  });

  async function restoreStopped(more: object = {}, feedBytes?: number) {
    await server.stop();
    const result = await stage.restore({
      params: params(more),
      ...(feedBytes === undefined ? {} : { feedBytes }),
    });
    await server.start();
    return result;
  }

  it('brings keys back, and nothing that was not there, and keeps the old data aside', async () => {
    await etcdctl(['put', 'shop/ż', 'one\ntwo']);
    await etcdctl(['put', '--', '-dash', 'x']);
    const before = await everything();
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await etcdctl(['put', 'junk', 'x']);
    await etcdctl(['del', 'shop/ż']);
    expect(await restoreStopped()).toEqual(succeeded);
    expect(await everything()).toBe(before);
    const names = await readdir(server.dataFolder);
    expect(names.sort()).toEqual(['member', expect.stringMatching(/^member-replaced-/)]);
  });

  it('restores into a folder that is not there', async () => {
    await etcdctl(['put', 'a', '1']);
    await stage.backup({ params: params() });
    expect(await stage.restore({ params: params({ dataDir: stage.at('new') }) })).toEqual(succeeded);
    expect(await readdir(stage.at('new'))).toEqual(['member']);
  });

  it.each(awkwardTexts)('takes a folder, user and password with %s', async (_what, text) => {
    const user = text.replaceAll(':', '').trim();
    await etcdctl(['put', 'a', '1']);
    for (const name of ['root', user]) {
      await etcdctl(['user', 'add', '--interactive=false', '--', name], `${text.replaceAll(/\s/g, '_')}\n`);
      await etcdctl(['user', 'grant-role', '--', name, 'root']);
    }
    await etcdctl(['auth', 'enable']);
    const given = params({
      user,
      password: text.replaceAll(/\s/g, '_'),
      dataDir: stage.at(`d${text.replaceAll('/', '_')}`),
    });
    expect(await stage.backup({ params: given })).toEqual(succeeded);
    expect(await stage.restore({ params: given })).toEqual(succeeded);
    expect(await stage.seenArguments()).not.toContain(`${user}:`);
  });

  it('stores an empty server', async () => {
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    await etcdctl(['put', 'junk', 'x']);
    expect(await restoreStopped()).toEqual(succeeded);
    expect(await everything()).toBe('');
  });

  it('stores 100 MB', async () => {
    const value = 'x'.repeat(1_000_000);
    for (let i = 0; i < 100; i++) await etcdctl(['put', `large/${i}`], value);
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    expect((await stage.version())?.length).toBeGreaterThan(100_000_000);
    await etcdctl(['del', 'large/', '--prefix']);
    expect(await restoreStopped()).toEqual(succeeded);
    const keys = await etcdctl(['get', 'large/', '--prefix', '--keys-only']);
    expect(keys.match(/^large/gm)).toHaveLength(100);
  });

  it('makes no version when the snapshot dies half-way, or the server is not there', async () => {
    expect(await stage.backup({ params: params(), breakProgram: 'etcdctl' })).toMatchObject({ code: 3 });
    expect(await stage.backup({ params: params({ endpoint: 'http://127.0.0.1:1' }) })).toMatchObject({
      code: 3,
    });
    expect(await stage.version()).toBeUndefined();
  });

  it('leaves the data alone when the version is cut short', async () => {
    await etcdctl(['put', 'a', '1']);
    await stage.backup({ params: params() });
    await etcdctl(['put', 'a', '2']);
    const result = await restoreStopped({}, 10_000);
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/nothing counts as restored/);
    expect(await everything()).toBe('a\n2\n');
    expect(await readdir(server.dataFolder)).toEqual(['member']);
  });

  it('refuses to restore under a running member', async () => {
    await stage.backup({ params: params() });
    const result = await stage.restore({ params: params() });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/a member is running/);
  });
});
