import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { createStatusReporter } from '../src/background/status-reporter.ts';
import { createFilesystemDocuments } from '../src/documents/filesystem.ts';
import { createKubernetesDocuments } from '../src/documents/kubernetes.ts';
import type { CollectionObject } from '../src/documents/kubernetes-status.ts';
import type { DocumentKind, DocumentSource } from '../src/documents/source.ts';
import { openRepository } from '../src/open-repository.ts';
import { encodePassword } from '../src/sessions/password.ts';
import { type RunningRepository, startRepository } from '../src/start-repository.ts';
import { namespace, resources, startKubernetesApi, writeDocument } from './kubernetes-api.ts';
import { collectionDocument, userDocument } from './sample-documents.ts';
import { testConfig } from './test-config.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** What `--encode-password` prints, and the string inside. */
const encoded = await encodePassword('pw');
const argon = Buffer.from(encoded, 'base64').toString();
const other = await encodePassword('another');
const hex = createHash('sha256').update('code').digest('hex');

/** Every way in which existing installations, and ours, have written a password into a Secret. */
const passwordForms: Readonly<Record<string, object>> = {
  'as-printed-below-data': { data: { entry: encoded } },
  'in-base64-below-data': { data: { entry: base64(encoded) } },
  'with-a-line-end-below-data': { data: { entry: base64(`${encoded}\n`) } },
  'as-printed-below-stringdata': { stringData: { entry: encoded } },
  'as-argon-string-below-stringdata': { stringData: { entry: argon } },
};

const codeForms: Readonly<Record<string, object>> = {
  'hex-below-data': { data: { entry: hex } },
  'hex-in-base64-below-data': { data: { entry: base64(hex) } },
  'hex-with-a-line-end': { data: { entry: base64(`${hex}\n`) } },
  'hex-below-stringdata': { stringData: { entry: hex } },
};

const secret = (name: string, fields: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  ...fields,
});
const reference = (name: string) => ({ name, entry: 'entry' });

interface Fixture {
  readonly source: () => DocumentSource;
  write(kind: DocumentKind, name: string, document: object): Promise<void>;
  close(): Promise<void>;
}

const paths: Readonly<Record<DocumentKind, string>> = {
  collection: 'backups.riotkit.org/v1alpha1/backupcollections',
  user: 'backups.riotkit.org/v1alpha1/backupusers',
  secret: 'v1/secrets',
};

async function inFiles(): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  return {
    source: () => createFilesystemDocuments({ folder, namespace }),
    async write(kind, name, document) {
      const path = join(folder, namespace, paths[kind], `${name}.yaml`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, stringify(document));
    },
    close: () => rm(folder, { recursive: true }),
  };
}

async function inKubernetes(): Promise<Fixture> {
  const api = await startKubernetesApi();
  return {
    source: () => createKubernetesDocuments({ client: api.client, namespace, onError: () => {} }),
    write: (kind, name, document) => writeDocument(api.client, kind, name, document),
    close: api.close,
  };
}

describe.each([
  ['files', inFiles],
  ['a Kubernetes API', inKubernetes],
])('the Secrets of an existing installation, in %s', (_, open) => {
  let fixture: Fixture;
  let folder: string;
  let server: RunningRepository;
  const logLines: string[] = [];

  const post = (username: string, password = 'pw') =>
    fetch(`${server.url}/api/stable/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
  const health = (name: string, code: string) =>
    fetch(`${server.url}/api/stable/repository/collection/${name}/health`, {
      headers: { authorization: code },
    });

  beforeAll(async () => {
    fixture = await open();
    folder = await mkdtemp(join(tmpdir(), 'secrets-server-'));
    for (const [name, fields] of Object.entries({ ...passwordForms, ...codeForms })) {
      await fixture.write('secret', name, secret(name, fields));
    }
    for (const name of Object.keys(passwordForms)) {
      const spec = { password: '', passwordFromRef: reference(name) };
      await fixture.write('user', name, userDocument(name, spec));
    }
    for (const name of Object.keys(codeForms)) {
      await fixture.write('collection', name, collectionDocument(name, { healthSecretRef: reference(name) }));
    }
    const good = reference('as-printed-below-data');
    const key = (name: string, credentials: object) => ({ name, objects: [], ...credentials });
    await fixture.write(
      'user',
      'both',
      userDocument('both', {
        password: other,
        passwordFromRef: good,
        accessKeys: [
          key('inline', { password: other, passwordFromRef: good }),
          key('reference', { password: '', passwordFromRef: good }),
        ],
      }),
    );
    await fixture.write('secret', 'broken', secret('broken', { stringData: { entry: 'plain text' } }));
    await fixture.write(
      'user',
      'broken',
      userDocument('broken', { password: '', passwordFromRef: reference('broken') }),
    );
    await fixture.write(
      'collection',
      'broken',
      collectionDocument('broken', { healthSecretRef: reference('broken') }),
    );
    const logger = pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) });
    server = await startRepository({ config: testConfig(folder), documents: fixture.source(), logger });
    // Until an API server was listed.
    await vi.waitFor(async () => expect((await post('both')).status).toBe(200), 10_000);
  });
  afterAll(async () => {
    await server?.close();
    await fixture?.close();
    await rm(folder, { recursive: true });
  });

  it.each(Object.keys(passwordForms))('may have a password %s', async (name) => {
    expect((await post(name)).status).toBe(200);
    expect((await post(name, 'wrong')).status).toBe(401);
  });

  it.each(Object.keys(codeForms))('may have a health code as %s', async (name) => {
    // There is no version, so the collection is not well; whoever has no code is not told.
    expect((await health(name, 'code')).status).toBe(500);
    expect((await health(name, 'wrong')).status).toBe(403);
  });

  it.each([
    ['both', 'pw', 200],
    ['both', 'another', 401],
    ['both$inline', 'another', 200],
    ['both$inline', 'pw', 401],
    ['both$reference', 'pw', 200],
  ])(
    'go before a password for a user, and after it for an access key: %s with %s',
    async (name, given, status) => {
      expect((await post(name, given)).status).toBe(status);
    },
  );

  it('are named with their user or collection when they cannot be read, and nothing else fails', async () => {
    logLines.length = 0;
    expect((await post('broken')).status).toBe(401);
    expect((await health('broken', 'code')).status).toBe(403);
    const log = logLines.join('');
    expect(log).toContain(
      'the password of user \\"broken\\" cannot be read: entry \\"entry\\" of Secret \\"broken\\"',
    );
    expect(log).toContain(
      'collection \\"broken\\": the health code cannot be read: entry \\"entry\\" of Secret \\"broken\\"',
    );
    expect(log).not.toContain('plain text');
  });
});

it('a Secret that cannot be read is in a condition of its user and collection', async () => {
  const api = await startKubernetesApi();
  const folder = await mkdtemp(join(tmpdir(), 'secrets-status-'));
  const spec = { password: '', passwordFromRef: reference('missing'), restrictByIP: ['my office'] };
  await writeDocument(api.client, 'user', 'broken', userDocument('broken', spec));
  await writeDocument(
    api.client,
    'collection',
    'broken',
    collectionDocument('broken', { healthSecretRef: reference('missing') }),
  );
  const source = createKubernetesDocuments({
    client: api.client,
    namespace,
    onError: (error) => expect.fail(`${error}`),
  });
  const logLines: string[] = [];
  const { repository, ...opened } = await openRepository({
    config: testConfig(folder),
    documents: source,
    logger: pino({ level: 'warn' }, { write: (line: string) => void logLines.push(line) }),
  });
  await expect.poll(() => source.check().then(() => 'ready', String), { timeout: 10_000 }).toBe('ready');
  const reporter = createStatusReporter(repository);
  await reporter.run();
  await reporter.run();
  const conditionOf = async (kind: 'user' | 'collection') => {
    const object = await api.client.get<CollectionObject>(resources[kind], { namespace, name: 'broken' });
    return object.status?.conditions?.find(({ type }) => type === 'SecretsReadable');
  };
  expect(await conditionOf('user')).toMatchObject({
    status: 'False',
    message: expect.stringMatching(/user "broken".*entry "entry" of Secret "missing".*"my office"/),
  });
  expect(await conditionOf('collection')).toMatchObject({
    status: 'False',
    message: expect.stringContaining('entry "entry" of Secret "missing"'),
  });
  // Once, not at every look.
  expect(logLines.filter((line) => line.includes('user \\"broken\\":'))).toHaveLength(1);
  await opened[Symbol.asyncDispose]();
  await api.close();
  await rm(folder, { recursive: true });
});
