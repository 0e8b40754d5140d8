import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WatchEvent } from './connection/api.ts';
import { configMap, type JudgedCluster, judgedCluster } from './connection/judged-cluster.ts';

describe('watches', () => {
  let cluster: JudgedCluster;
  let maps: string;

  beforeAll(async () => {
    cluster = await judgedCluster();
    maps = cluster.path('configmaps');
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const version = async (): Promise<string> =>
    (await cluster.api.call('GET', maps)).body.metadata.resourceVersion;
  const said = (events: readonly WatchEvent[]): readonly string[] =>
    events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  const label = (name: string, value: string | null): Promise<unknown> =>
    cluster.api.call('PATCH', `${maps}/${name}`, {
      type: 'application/merge-patch+json',
      body: { metadata: { labels: { watched: value } } },
    });

  test('from a version on, tell every change once and in order', async () => {
    const since = await version();
    await cluster.create('configmaps', configMap('one'));
    await label('one', 'x');
    await cluster.api.call('DELETE', `${maps}/one`);
    const events = await cluster.api.watch(
      `${maps}?watch=true&resourceVersion=${since}&fieldSelector=metadata.name%3Done`,
      (all) => all.length === 3,
    );
    expect(said(events)).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one']);
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    const rest = await cluster.api.watch(
      `${maps}?watch=true&resourceVersion=${versions[0]}&fieldSelector=metadata.name%3Done`,
      (all) => all.length === 2,
    );
    expect(said(rest)).toEqual(['MODIFIED one', 'DELETED one']);
  });

  test('without a version begin with what is there', async () => {
    await cluster.create('configmaps', configMap('before'));
    const events = await cluster.api.watch(
      `${maps}?watch=true&fieldSelector=metadata.name%3Dbefore`,
      (all) => all.length === 1,
    );
    expect(said(events)).toEqual(['ADDED before']);
  });

  test('with a selector add what comes to match and delete what ceases to', async () => {
    await cluster.create('configmaps', configMap('moving'));
    const since = await version();
    await label('moving', 'yes');
    await label('moving', 'no');
    const events = await cluster.api.watch(
      `${maps}?watch=true&resourceVersion=${since}&labelSelector=watched%3Dyes`,
      (all) => all.length === 2,
    );
    expect(said(events)).toEqual(['ADDED moving', 'DELETED moving']);
  });

  test('end by themselves when their time is over', async () => {
    const began = Date.now();
    await cluster.api.watch(
      `${maps}?watch=true&resourceVersion=${await version()}&timeoutSeconds=1`,
      () => false,
    );
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  test('one object can be watched by its name', async () => {
    await cluster.create('configmaps', configMap('single'));
    const events = await cluster.api.watch(
      `${maps}?watch=true&fieldSelector=metadata.name%3Dsingle&timeoutSeconds=2`,
      (all) => all.length === 1,
    );
    expect(said(events)).toEqual(['ADDED single']);
  });
});
