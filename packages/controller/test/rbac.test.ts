import { readFileSync } from 'node:fs';
import {
  isConditionTrue,
  type KubeObject,
  ownerReference,
  type Transport,
  type TransportRequest,
} from '@backup-maker/kube';
import { expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { type Job, kinds } from '../src/kinds.ts';
import { endJob, requestedAction, scheduledBackup, secret, startEnvironment, wait } from './environment.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const role = parse(readFileSync(new URL('../rbac.yaml', import.meta.url), 'utf8')) as {
  rules: readonly Rule[];
};
const allowed = role.rules.flatMap(({ apiGroups, resources, verbs }) =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
  ),
);

/** Needed, and not used by an ordinary life: after a conflict, by the API server's admission, with --leader-elect. */
const seldom = [
  'get riotkit.org/scheduledbackups',
  'update riotkit.org/scheduledbackups/finalizers',
  'update riotkit.org/requestedbackupactions/finalizers',
  'get coordination.k8s.io/leases',
  'create coordination.k8s.io/leases',
  'update coordination.k8s.io/leases',
];

/** What the API server asks its authorizer for a request; discovery is free for everybody. */
function permissionsOf({ method, path, headers }: TransportRequest): readonly string[] {
  const url = new URL(path, 'http://api');
  const match =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/[^/]+)?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(
      url.pathname,
    );
  if (!match) {
    return [];
  }
  const [, group = '', resource, name, subresource] = match;
  const target = `${group}/${resource}${subresource ? `/${subresource}` : ''}`;
  // An apply that finds no object creates it, and is asked for that too.
  const apply = headers['content-type']?.includes('apply-patch') && !subresource;
  const verbs = {
    GET: [url.searchParams.has('watch') ? 'watch' : name ? 'get' : 'list'],
    POST: ['create'],
    PUT: ['update'],
    PATCH: apply ? ['patch', 'create'] : ['patch'],
    DELETE: ['delete'],
  }[method];
  return verbs.map((verb) => `${verb} ${target}`);
}

it('the role that is shipped allows what the controller does, and nothing that it never does', async () => {
  const used = new Set<string>();
  const wrapTransport =
    (transport: Transport): Transport =>
    (request) => {
      for (const permission of permissionsOf(request)) {
        used.add(permission);
      }
      return transport(request);
    };
  const login = { token: 't', sessionId: 's', expire: '2030-01-01T00:00:00Z', msg: 'ok' };
  const fakeFetch: typeof fetch = async () => new Response(JSON.stringify({ status: true, data: login }));
  await using environment = await startEnvironment();
  const named = (name: string) => ({ namespace: environment.namespace, name });
  await environment.start({ wrapTransport, fetch: fakeFetch });
  const withLogin = {
    loginSecretRef: { secretName: 'login' },
    gpgKeySecretRef: { secretName: 'empty', email: 'a@example.org', createIfNotExists: true },
    vars: 'Params:\n  path: /data\nRepository:\n  url: http://repository.invalid\n',
    ttlSecondsAfterFinished: 3600,
  };
  await environment.apply(
    secret('login', { username: 'u', password: 'p' }),
    secret('empty', {}),
    scheduledBackup('full', withLogin),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'escrow' },
      data: { 'a.pub': 'a public key' },
    } as KubeObject,
    scheduledBackup('other', {
      gpgKeySecretRef: { secretName: 'new', email: 'a@example.org', createIfNotExists: true },
      additionalRecipientsRef: { configMapName: 'escrow' },
    }),
    requestedAction('failing', 'other'),
    requestedAction('action', 'full', { action: 'restore' }),
  );
  const jobOf = (action: string) =>
    vi.waitFor(async () => {
      const { items } = await environment.client.list(kinds.job, { namespace: environment.namespace });
      const job = items.find(({ metadata }) => metadata.ownerReferences?.[0]?.name === action);
      expect(job).toBeDefined();
      return job as Job;
    }, wait);
  const ended = (action: string, condition: string) =>
    vi.waitFor(async () => {
      const { status } = await environment.client.get(kinds.requestedAction, named(action));
      expect(isConditionTrue(status?.conditions, condition)).toBe(true);
    }, wait);
  await endJob(environment.client, await jobOf('failing'), 'Failed');
  await ended('failing', 'Failed');
  await endJob(environment.client, await jobOf('action'), 'Complete');
  await ended('action', 'Complete');
  // The time to live is set when the end was recorded; Kubernetes before 1.21 drops the field.
  await vi.waitFor(() => expect(used).toContain('patch batch/jobs'), wait);
  const left = {
    ...named('full'),
    ownerReferences: [ownerReference(await environment.client.get(kinds.scheduledBackup, named('full')))],
  };
  await environment.client.create(kinds.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: left });
  await environment.apply(scheduledBackup('full', { ...withLogin, cronJob: { enabled: false } }));
  await vi.waitFor(async () => {
    expect(await environment.client.find(environment.cronJobs, named('full-backup'))).toBeUndefined();
  }, wait);

  expect([...used].filter((permission) => !allowed.includes(permission))).toEqual([]);
  expect(allowed.filter((permission) => !used.has(permission) && !seldom.includes(permission))).toEqual([]);
});
