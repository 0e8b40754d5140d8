import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { type Manifest, render } from './render.ts';

/** Every value that the chart of existing installations has, each with something else than its default. */
const existing = {
  replicaCount: 3,
  terminationGracePeriodSeconds: 120,
  settings: { healthCode: 'their-code' },
  secretsType: 'plain',
  secrets: {
    name: 'their-secret',
    type: 'plain',
    create: true,
    spec: {
      BR_JWT_SECRET_KEY: 'their-key',
      BR_DB_HOSTNAME: 'db.example',
      BR_DB_PASSWORD: 'pw',
      BR_DB_PORT: 5433,
    },
  },
  env: {
    BR_LOG_LEVEL: 'warning',
    BR_USE_GOOGLE_CLOUD: true,
    BR_STORAGE_DRIVER_URL: 'bucket',
    BR_RATE: 10000000,
  },
  image: { repository: 'registry.example/server', pullPolicy: 'Always', tag: 4.1 },
  imagePullSecrets: [{ name: 'registry' }],
  nameOverride: '',
  fullnameOverride: 'theirs',
  serviceAccount: { create: true, annotations: { role: 'r' }, name: 'account' },
  podAnnotations: { note: 'n' },
  podSecurityContext: { fsGroup: 7 },
  securityContext: { runAsUser: 1000 },
  service: { type: 'NodePort', port: 80 },
  ingress: {
    enabled: true,
    className: 'nginx',
    annotations: { a: 'b' },
    hosts: [{ host: 'b.example', paths: [{ path: '/x', pathType: 'Prefix' }] }],
    tls: [{ secretName: 't', hosts: ['b.example'] }],
  },
  route: { enabled: true, host: 'r.example', yaml: { tls: { termination: 'edge' } } },
  resources: { limits: { cpu: '500m', memory: '2Gi' }, requests: { cpu: 1 } },
  health: {
    liveness: { enabled: true, attributes: { failureThreshold: 1 } },
    readiness: { enabled: true, attributes: { periodSeconds: 7 } },
  },
  nodeSelector: { disk: 'fast' },
  tolerations: [{ operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  deploymentLabels: { team: 'x' },
  podLabels: { pod: 'y' },
};

const chart = 'backup-repository-server';
const storage = { BR_STORAGE_DRIVER_URL: 's3://backups' };

describe.skipIf(!hasPrograms('helm'))('values of the server', { timeout: 60_000 }, () => {
  it('of existing installations mean what they meant', async () => {
    const objects = await render(chart, { values: existing });
    expect(find(objects, 'Deployment', 'theirs')).toMatchObject({
      metadata: { labels: { team: 'x' } },
      spec: {
        replicas: 3,
        // A Deployment of theirs can be upgraded: its selector cannot change.
        selector: {
          matchLabels: { 'app.kubernetes.io/name': chart, 'app.kubernetes.io/instance': 'test' },
        },
        template: {
          metadata: { annotations: { note: 'n' }, labels: { pod: 'y' } },
          spec: {
            terminationGracePeriodSeconds: 120,
            serviceAccountName: 'account',
            imagePullSecrets: [{ name: 'registry' }],
            securityContext: { fsGroup: 7 },
            nodeSelector: { disk: 'fast' },
            tolerations: [{ operator: 'Exists' }],
            affinity: { nodeAffinity: {} },
            containers: [
              {
                image: 'registry.example/server:4.1',
                imagePullPolicy: 'Always',
                args: ['--provider=kubernetes', '--namespace=backups', '--health-check-key=their-code'],
                env: expect.arrayContaining([
                  { name: 'BR_LOG_LEVEL', value: 'warning' },
                  { name: 'BR_USE_GOOGLE_CLOUD', value: 'true' },
                  { name: 'BR_RATE', value: '10000000' },
                ]),
                envFrom: [{ secretRef: { name: 'their-secret' } }],
                securityContext: { runAsUser: 1000, runAsNonRoot: true },
                resources: { limits: { cpu: '500m', memory: '2Gi' }, requests: { cpu: 1, memory: '128Mi' } },
                livenessProbe: { failureThreshold: 1, httpGet: { path: '/health' } },
                readinessProbe: {
                  periodSeconds: 7,
                  httpGet: { path: '/ready', httpHeaders: [{ name: 'Authorization', value: 'their-code' }] },
                },
              },
            ],
          },
        },
      },
    });
    expect(entries(objects)).toEqual({
      BR_JWT_SECRET_KEY: 'their-key',
      BR_DB_HOSTNAME: 'db.example',
      BR_DB_PORT: '5433',
      BR_DB_PASSWORD: 'pw',
      // Not given, and so what they were.
      BR_DB_USERNAME: 'postgres',
      BR_DB_NAME: 'backup-repository',
    });
    expect(find(objects, 'ServiceAccount', 'account').metadata.annotations).toEqual({ role: 'r' });
    expect(find(objects, 'Service', 'theirs').spec).toMatchObject({
      type: 'NodePort',
      ports: [{ port: 80 }],
    });
    expect(find(objects, 'Ingress', 'theirs')).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: {
        ingressClassName: 'nginx',
        tls: [{ secretName: 't', hosts: ['b.example'] }],
        rules: [{ host: 'b.example', http: { paths: [{ path: '/x', pathType: 'Prefix' }] } }],
      },
    });
    expect(find(objects, 'Route', 'theirs').spec).toMatchObject({
      host: 'r.example',
      tls: { termination: 'edge' },
      to: { name: 'theirs' },
    });
  });

  it('of a Secret that is there already leave it alone', async () => {
    const objects = await render(chart, { values: { secrets: { create: false, name: 'mine' } } });
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('of a sealed Secret pass on what is encrypted', async () => {
    for (const sealed of [{ secretsType: 'sealedSecrets' }, { secrets: { type: 'sealedSecrets' } }]) {
      const values = { env: storage, ...sealed };
      const spec = { BR_DB_PASSWORD: 'AgB…' };
      const objects = await render(chart, { values: { ...values, secrets: { ...values.secrets, spec } } });
      expect(find(objects, 'SealedSecret', 'backup-repository-secret-env').spec.encryptedData).toEqual(spec);
    }
  });

  it('make a random key for tokens where none is given', async () => {
    const key = async () => entries(await render(chart, { values: { env: storage } })).BR_JWT_SECRET_KEY;
    expect(await key()).toMatch(/^[A-Za-z0-9]{48}$/);
    expect(await key()).not.toBe(await key());
  });

  it('for one server with SQLite are one', async () => {
    const objects = await render(chart, { values: { persistence: { enabled: true } } });
    expect(Object.keys(entries(objects))).toEqual(['BR_JWT_SECRET_KEY']);
    expect(find(objects, 'PersistentVolumeClaim', `test-${chart}`).metadata.annotations).toMatchObject({
      'helm.sh/resource-policy': 'keep',
    });
    const { strategy, template } = find(objects, 'Deployment', `test-${chart}`).spec;
    expect(strategy).toEqual({ type: 'Recreate' });
    expect(template.spec.containers[0].args).toContain('--data-dir=/data');
    expect(template.spec.securityContext.fsGroup).toBe(65_532);
  });

  it.each([
    [
      { replicaCount: 2, persistence: { enabled: true } },
      /persistence\.enabled gives the volume .* one server alone/,
    ],
    [
      { persistence: { enabled: true }, autoscaling: { enabled: true } },
      /PostgreSQL\) and env\.BR_STORAGE_DRIVER_URL/,
    ],
    [
      { replicaCount: 2, env: { ...storage, BR_DB_URL: 'sqlite:/tmp/a' } },
      /SQLite database, .*Name a PostgreSQL/s,
    ],
    [{ replicaCount: 2, env: { BR_STORAGE_DRIVER_URL: 'mem://' } }, /memory of one server/],
    [{}, /no place for versions: set env\.BR_STORAGE_DRIVER_URL/],
    [{ env: storage, replicaCount: -1 }, /replicaCount/],
    [{ env: storage, service: { type: 'Clusterip' } }, /type.*ClusterIP/s],
  ])('that cannot work are refused: %j', async (values, message) => {
    await expect(render(chart, { values })).rejects.toThrow(message);
  });
});

function find(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  return found ?? expect.fail(`there is no ${kind} ${name}`);
}

/** Of the Secret that is made. */
function entries(objects: readonly Manifest[]): Readonly<Record<string, string>> {
  const { data = {} } = objects.find(({ kind }) => kind === 'Secret') ?? expect.fail('there is no Secret');
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
  );
}
