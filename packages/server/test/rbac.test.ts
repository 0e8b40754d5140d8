import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Transport, type TransportRequest } from '@backup-maker/kube';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { createStatusReporter } from '../src/background/status-reporter.ts';
import { createKubernetesDocuments } from '../src/documents/kubernetes.ts';
import type { CollectionObject } from '../src/documents/kubernetes-status.ts';
import { openRepository } from '../src/open-repository.ts';
import { encodePassword } from '../src/sessions/password.ts';
import { startRepository } from '../src/start-repository.ts';
import { namespace, resources, startKubernetesApi, writeDocument } from './kubernetes-api.ts';
import { openPgpMessage } from './message.ts';
import { collectionDocument, secretDocument, userDocument } from './sample-documents.ts';
import { testConfig } from './test-config.ts';

interface Role {
  readonly kind: string;
  readonly rules: readonly Readonly<Record<'apiGroups' | 'resources' | 'verbs', readonly string[]>>[];
}

const role = parse(readFileSync(new URL('../rbac.yaml', import.meta.url), 'utf8')) as Role;
const allowed = role.rules.flatMap(({ apiGroups, resources: plurals, verbs }) =>
  apiGroups.flatMap((group) =>
    plurals.flatMap((plural) => verbs.map((verb) => `${verb} ${group}/${plural}`)),
  ),
);

/** What the API server asks its authorizer for a request, which must stay in the one namespace. */
function permissionOf({ method, path }: TransportRequest): string {
  const url = new URL(path, 'http://api');
  const [, group = '', plural, name, subresource] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+\/namespaces\/backups\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(
      url.pathname,
    ) ?? [];
  const target = plural && `${group}/${plural}${subresource ? `/${subresource}` : ''}`;
  const reading = url.searchParams.has('watch') ? 'watch' : name ? 'get' : 'list';
  return `${method === 'GET' ? reading : method.toLowerCase()} ${target ?? url.pathname}`;
}

it('the role that is shipped allows what the server does, and nothing that it never does', async () => {
  const used = new Set<string>();
  const folder = await mkdtemp(join(tmpdir(), 'rbac-'));
  const api = await startKubernetesApi();
  const recording: Transport = (request) => {
    used.add(permissionOf(request));
    return api.transport(request);
  };
  const openDocuments = () =>
    createKubernetesDocuments({
      client: createClient({ transport: recording, fieldManager: 'backup-repository' }),
      namespace,
      onError: (error) => expect.fail(`${error}`),
    });
  const passwordFromRef = { name: 'passwords', entry: 'admin' };
  const password = await encodePassword('pw');
  await writeDocument(api.client, 'secret', 'passwords', secretDocument('passwords', { admin: password }));
  await writeDocument(
    api.client,
    'user',
    'admin',
    userDocument('admin', { roles: ['systemAdmin'], passwordFromRef }),
  );
  await writeDocument(api.client, 'collection', 'iwa', collectionDocument('iwa'));
  const options = { config: testConfig(folder), logger: pino({ level: 'silent' }) };

  const server = await startRepository({ ...options, documents: openDocuments() });
  const login = async () => {
    const response = await fetch(`${server.url}/api/stable/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'pw' }),
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: { token: string } }).data.token;
  };
  // Until collections, users and Secrets were read from the API.
  const token = await expect.poll(login, { timeout: 10_000 }).toBeTypeOf('string').then(login);
  const uploaded = await fetch(`${server.url}/api/stable/repository/collection/iwa/version`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new Uint8Array(openPgpMessage({ bodyBytes: 100 })),
  });
  expect(uploaded.status).toBe(200);
  await server.close();

  const { repository, ...opened } = await openRepository({ ...options, documents: openDocuments() });
  const ready = () => repository.documents.check().then(() => 'ready', String);
  await expect.poll(ready, { timeout: 10_000 }).toBe('ready');
  await createStatusReporter(repository).run();
  await opened[Symbol.asyncDispose]();
  const iwa = await api.client.get<CollectionObject>(resources.collection, { namespace, name: 'iwa' });
  expect(iwa.status).toMatchObject({ versionsCount: 1 });

  expect([...used].toSorted()).toEqual(allowed.toSorted());
  expect(role.kind).toBe('Role');
  await api.close();
  await rm(folder, { recursive: true });
});
