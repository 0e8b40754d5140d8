import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Transport } from '@backup-maker/kube';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { createStatusReporter } from '../src/background/status-reporter.ts';
import { createKubernetesDocuments } from '../src/documents/kubernetes.ts';
import { openRepository } from '../src/open-repository.ts';
import { encodePassword } from '../src/sessions/password.ts';
import { findStoredPassword } from '../src/sessions/stored-password.ts';
import { namespace, startKubernetesApi, writeDocument } from './kubernetes-api.ts';
import { collectionDocument, secretDocument, userDocument } from './sample-documents.ts';
import { testConfig } from './test-config.ts';

/** What the Role of the original server does not allow. */
function isDenied(method: string, path: string): boolean {
  return /secrets\?.*watch=true/.test(path) || (method !== 'GET' && /\/status\b/.test(path));
}

async function* refusal(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' }));
}

it('with the Role of the original server everything works, and the log says once what is missing', async () => {
  const api = await startKubernetesApi();
  const folder = await mkdtemp(join(tmpdir(), 'existing-role-'));
  const transport: Transport = async (request) =>
    isDenied(request.method, request.path)
      ? { status: 403, retryAfter: undefined, body: refusal() }
      : api.transport(request);
  const errors: string[] = [];
  const source = createKubernetesDocuments({
    client: createClient({ transport, fieldManager: 'backup-repository' }),
    namespace,
    onError: (error) => void errors.push(`${error}`),
  });
  const password = async (text: string) =>
    writeDocument(
      api.client,
      'secret',
      'passwords',
      secretDocument('passwords', { admin: await encodePassword(text) }),
    );
  await password('first');
  const spec = { passwordFromRef: { name: 'passwords', entry: 'admin' } };
  await writeDocument(api.client, 'user', 'admin', userDocument('admin', spec));
  await writeDocument(api.client, 'collection', 'iwa', collectionDocument('iwa'));
  const logLines: string[] = [];
  const { repository, ...opened } = await openRepository({
    config: testConfig(folder),
    documents: source,
    logger: pino({ level: 'warn' }, { write: (line: string) => void logLines.push(line) }),
  });
  const { documents } = repository;
  await vi.waitFor(() => documents.check(), 10_000);
  const hash = async () => {
    const user = await documents.findUser('admin');
    return user && findStoredPassword(documents, user, undefined);
  };
  await vi.waitFor(async () => expect(await hash()).toMatchObject({ kind: 'hash' }), 20_000);
  const first = await hash();
  const reporter = createStatusReporter(repository);
  await reporter.run();
  await reporter.run();
  // A Secret that changes is taken up, by listing.
  await password('second');
  await vi.waitFor(async () => expect(await hash()).not.toEqual(first), 20_000);
  expect(errors.filter((text) => text.includes('watch secrets'))).toHaveLength(1);
  expect(errors.filter((text) => text.includes('the status of backupcollections'))).toHaveLength(1);
  expect(errors).toHaveLength(3);
  expect(logLines).toEqual([]);
  await opened[Symbol.asyncDispose]();
  await api.close();
  await rm(folder, { recursive: true });
});

it('the configuration is not usable at once when its kinds or its API server are gone', async () => {
  const api = await startKubernetesApi();
  const source = createKubernetesDocuments({ client: api.client, namespace, onError: () => {} });
  await vi.waitFor(() => source.check(), 10_000);
  await api.removeKind('collection');
  await expect
    .poll(() => source.check().then(() => 'usable', String), { timeout: 10_000 })
    .toContain('backupcollections cannot be read from the Kubernetes API');
  await api.close();
  await expect(source.check()).rejects.toThrow('cannot be read from the Kubernetes API');
  await source.close();
});
