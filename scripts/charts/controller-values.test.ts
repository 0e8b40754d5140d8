import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartFolder, chartNames, type Manifest, render } from './render.ts';

const chart = 'backup-maker-controller';

/** Every value that the chart of existing installations has, each with something else than its default. */
const existing = {
  image: { repository: 'registry.example/controller', tag: 'v1', pullPolicy: 'Always' },
  replicas: 2,
  resources: { limits: { cpu: 1 } },
  installCRD: false,
  terminationGracePeriodSeconds: 20,
  livenessProbe: { initialDelaySeconds: 1, periodSeconds: 2 },
  readinessProbe: { initialDelaySeconds: 3, periodSeconds: 4 },
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  serviceAccount: { name: 'account', create: true },
  redis: {
    deploy: true,
    enable: true,
    host: 'redis',
    port: 6379,
    image: { repository: 'redis', tag: '7', pullPolicy: 'IfNotPresent' },
    terminationGracePeriodSeconds: 10,
    serviceAccount: { name: 'redis', create: true },
    resources: {},
    nodeSelector: {},
    tolerations: [],
    affinity: {},
  },
  nodeSelector: { disk: 'fast' },
  tolerations: [{ operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
};

describe.skipIf(!hasPrograms('helm'))('values of the controller', { timeout: 60_000 }, () => {
  it('of existing installations mean what they meant, but for Redis', async () => {
    const objects = await render(chart, { values: existing });
    expect(deployment(objects)).toMatchObject({
      metadata: { name: `test-${chart}` },
      spec: {
        replicas: 2,
        // A Deployment of theirs can be upgraded: its selector cannot change.
        selector: { matchLabels: { app: `test-${chart}` } },
        template: {
          spec: {
            serviceAccountName: 'account',
            terminationGracePeriodSeconds: 20,
            securityContext: { runAsUser: 1000, runAsNonRoot: true },
            nodeSelector: { disk: 'fast' },
            tolerations: [{ operator: 'Exists' }],
            affinity: { nodeAffinity: {} },
            containers: [
              {
                image: 'registry.example/controller:v1',
                imagePullPolicy: 'Always',
                resources: { limits: { cpu: 1 } },
                livenessProbe: { initialDelaySeconds: 1, periodSeconds: 2, httpGet: { path: '/healthz' } },
                readinessProbe: { initialDelaySeconds: 3, periodSeconds: 4, httpGet: { path: '/readyz' } },
              },
            ],
          },
        },
      },
    });
    const kinds = objects.map(({ kind }) => kind);
    expect(
      kinds.filter((kind) => ['Deployment', 'ServiceAccount', 'CustomResourceDefinition'].includes(kind)),
    ).toEqual(['ServiceAccount', 'Deployment']);
  });

  it('become flags of the controller', async () => {
    const values = {
      watchNamespaces: ['shop', 'wiki'],
      injectImage: 'registry.example/client:1',
      debug: true,
      concurrency: 2,
      extraArgs: ['--metrics-bind-address=:9000'],
    };
    expect(deployment(await render(chart, { values })).spec.template.spec.containers[0].args).toEqual([
      '--leader-elect',
      '--leader-election-namespace=backups',
      '--concurrency=2',
      '--namespace=shop',
      '--namespace=wiki',
      '--inject-image=registry.example/client:1',
      '--debug',
      '--metrics-bind-address=:9000',
    ]);
  });
});

it.each(chartNames)('%s has the version of the packages, and so have the images that it names', (name) => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const about = parse(readFileSync(join(chartFolder(name), 'Chart.yaml'), 'utf8'));
  expect(about).toMatchObject({ version, appVersion: version });
});

function deployment(objects: readonly Manifest[]): Manifest {
  return objects.find(({ kind }) => kind === 'Deployment') ?? expect.fail('there is no Deployment');
}
