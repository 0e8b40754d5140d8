import { readdir } from 'node:fs/promises';
import { type Etcd, type EtcdOptions, hasPrograms, runProgram, startEtcd } from '@backup-maker/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMatrix, type LargeScene, type Scene, type Subject } from './matrix.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const megabyte = 'x'.repeat(1_000_000);

/** A certificate for everything: authority, server and client. */
async function createCertificate(certificateFile: string, keyFile: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', keyFile];
  const uses = ['subjectAltName=IP:127.0.0.1', 'extendedKeyUsage=serverAuth,clientAuth'];
  await runProgram('openssl', [
    ...['req', '-x509', ...key, '-out', certificateFile, '-days', '2', '-subj', '/CN=nobody'],
    ...uses.flatMap((use) => ['-addext', use]),
  ]);
}

describe.skipIf(!hasPrograms('etcd', 'etcdctl', 'openssl'))('an etcd member', () => {
  let server: Etcd | undefined;

  afterEach(async () => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  });

  async function start(options?: EtcdOptions): Promise<Etcd> {
    server = await startEtcd(options);
    await server.etcdctl(['put', 'shop/ż', 'one\ntwo']);
    await server.etcdctl(['put', '--', '-dash', 'x']);
    return server;
  }

  /** Everything that a member holds, asked with these flags. */
  function memberScene(
    member: Etcd,
    { params = {}, flags = [] }: { params?: Params; flags?: string[] } = {},
  ): Scene {
    return {
      params: { endpoint: member.endpoint, dataDir: member.dataFolder, ...params },
      state: () => member.etcdctl([...flags, 'get', '', '--from-key']),
      damage: async () => {
        await member.etcdctl([...flags, 'del', 'shop/ż']);
        await member.etcdctl([...flags, 'put', 'junk', 'x']);
      },
    };
  }

  async function awkwardScene(stage: Stage, text: string): Promise<Scene> {
    const fileName = text.replaceAll('/', '_');
    const tls = { certificateFile: stage.at(`c${fileName}`), keyFile: stage.at(`k${fileName}`) };
    await createCertificate(tls.certificateFile, tls.keyFile);
    const member = await start({ dataFolderName: `d${fileName}`, tls });
    for (const user of ['root', text]) {
      await member.etcdctl(['user', 'add', '--', `${user}:${text}`]);
      await member.etcdctl(['user', 'grant-role', '--', user, 'root']);
    }
    await member.etcdctl(['auth', 'enable']);
    // In --initial-cluster commas part the members.
    const name = text.replaceAll(',', '');
    const params = {
      ...{ user: text, password: text, name, initialCluster: `${name}=http://localhost:2380` },
      ...{ caFile: tls.certificateFile, certFile: tls.certificateFile, keyFile: tls.keyFile },
    };
    return memberScene(member, { params, flags: [`--user=${text}:${text}`] });
  }

  async function largeScene(): Promise<LargeScene> {
    const member = await start();
    const value = Buffer.from(megabyte).toString('base64');
    for (let i = 0; i < 100; i++) {
      const body = JSON.stringify({ key: Buffer.from(`large/${i}`).toString('base64'), value });
      const answer = await fetch(`${member.endpoint}/v3/kv/put`, { method: 'POST', body });
      expect(answer.status).toBe(200);
    }
    const keys = async () =>
      (await member.etcdctl(['get', 'large/', '--prefix', '--keys-only'])).match(/^large.*/gm) ?? [];
    return {
      ...memberScene(member),
      // All keys and a tenth of the values: each question for 100 MB takes seconds.
      state: async () => (await keys()).join() + (await member.etcdctl(['get', 'large/1', '--prefix'])),
      sizeBytes: async () => (await keys()).length * megabyte.length,
      damage: () => member.etcdctl(['del', 'large/1', '--prefix']),
    };
  }

  const subject: Subject = {
    template: 'etcd',
    programs: ['etcdctl'],
    dumpProgram: 'etcdctl',
    restoreProgram: 'etcdctl',
    refused: { endpoint: /deadline|endpoint/, initialAdvertisePeerUrls: /URL/ },
    cutVersion: 'leaves the data alone',
    ordinary: async () => {
      const member = await start();
      return memberScene(member, { params: { user: 'root', password: 's3cr3t-w0rd' } });
    },
    awkward: awkwardScene,
    empty: async () => {
      server = await startEtcd();
      return memberScene(server);
    },
    large: largeScene,
    whileRestoring: async (restore) => {
      await server?.stop();
      const result = await restore();
      await server?.start();
      return result;
    },
  };
  describeMatrix(subject);

  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.create(subject);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('keeps its old data aside when it is restored', async () => {
    const member = await start();
    const { params } = memberScene(member);
    await stage.backup({ params });
    await member.stop();
    expect(await stage.restore({ params })).toEqual(succeeded);
    const names = await readdir(member.dataFolder);
    expect(names.sort()).toEqual(['member', expect.stringMatching(/^member-replaced-/)]);
  });

  it('is restored into a folder that is not there', async () => {
    const { params } = memberScene(await start());
    await stage.backup({ params });
    expect(await stage.restore({ params: { ...params, dataDir: stage.at('new') } })).toEqual(succeeded);
    expect(await readdir(stage.at('new'))).toEqual(['member']);
  });

  it('that is not there makes no version', async () => {
    const result = await stage.backup({ params: { endpoint: 'http://127.0.0.1:1' } });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(/deadline exceeded/) });
    expect(await stage.version()).toBeUndefined();
  });

  it('is not restored while it runs', async () => {
    const { params } = memberScene(await start());
    await stage.backup({ params });
    const result = await stage.restore({ params });
    expect(result).toEqual({ code: 3, messages: expect.stringMatching(/a member is running/) });
  });
});
