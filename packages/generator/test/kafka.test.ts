import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram, hasPrograms, runProgram } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage, succeeded } from './stage.ts';

/** A broker that keeps its topics in memory, inside of a librdkafka client that waits for its input. */
async function startMockCluster(): Promise<{ readonly brokers: string; stop(): Promise<void> }> {
  const settings = ['-P', '-t', 'unused', '-b', 'unused', '-X', 'test.mock.num.brokers=1', '-d', 'mock'];
  const child = spawn(findProgram('kcat') ?? 'kcat', settings, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const brokers = await new Promise<string>((resolve, reject) => {
    let seen = '';
    child.stderr.on('data', (chunk) => {
      seen = (seen + chunk).slice(0, 10_000);
      const match = /bootstrap\.servers=(\S+)/.exec(seen);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    child.on('close', () => reject(new Error(`kcat does not start: ${seen}`)));
  });
  return {
    brokers,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe.skipIf(!hasPrograms('kcat'))('kafka', () => {
  let cluster: Awaited<ReturnType<typeof startMockCluster>>;
  let stage: Stage;

  beforeEach(async () => {
    cluster = await startMockCluster();
    stage = await Stage.create({ template: 'kafka', programs: ['kcat'] });
  });
  afterEach(async () => {
    await cluster.stop();
    await stage[Symbol.asyncDispose]();
  });

  const produce = (topic: string, messages: string) =>
    runProgram('kcat', ['-b', cluster.brokers, '-P', '-t', topic, '-K', '=', '-D', ';'], { input: messages });
  const consume = (topic: string) =>
    runProgram('kcat', [
      '-b',
      cluster.brokers,
      '-C',
      '-t',
      topic,
      '-o',
      'beginning',
      '-e',
      '-q',
      '-f',
      '%k=%s;',
    ]);
  const params = (topics: readonly string[]) => ({ brokers: cluster.brokers, topics });

  it('brings the messages of topics back, whatever bytes they hold', async () => {
    await produce('shop', 'a=one\ntwo;b=:x: "$HOME";c=\u0001\u007f ż');
    await produce('other', 'k=v');
    expect(await stage.backup({ params: params(['shop', 'other']) })).toEqual(succeeded);
    await cluster.stop();
    cluster = await startMockCluster();
    expect(await stage.restore({ params: params(['shop', 'other']) })).toEqual(succeeded);
    expect((await consume('shop')).split(';').sort()).toEqual([
      '',
      'a=one\ntwo',
      'b=:x: "$HOME"',
      'c=\u0001\u007f ż',
    ]);
    expect(await consume('other')).toBe('k=v;');
  });

  it('makes no version when a broker is not there', async () => {
    const result = await stage.backup({ params: { brokers: '127.0.0.1:1', topics: ['shop'] } });
    expect(result.code).toBe(3);
    expect(await stage.version()).toBeUndefined();
  });

  it('makes no version when the program dies half-way', async () => {
    await produce('shop', 'k=v');
    expect(await stage.backup({ params: params(['shop']), breakProgram: 'kcat' })).toMatchObject({ code: 3 });
    expect(await stage.version()).toBeUndefined();
  });

  it('sends nothing when the version is cut short', async () => {
    await produce('shop', 'k=v');
    await stage.backup({ params: params(['shop']) });
    const result = await stage.restore({ params: params(['shop']), feedBytes: 50 });
    expect(result.code).toBe(3);
    expect(await consume('shop')).toBe('k=v;');
  });
});
