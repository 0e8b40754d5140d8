import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ChartName, chartFolder, chartNames, lint, type Manifest, namespace, render } from './render.ts';

/** Values that show a chart with most of what it can make. */
const everything = {
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, additionalRules: [{ alert: 'Mine', expr: 'vector(1)' }] },
  networkPolicy: {
    enabled: true,
    ingressFrom: [{ podSelector: {} }],
    egress: [{ to: [{ podSelector: {} }] }],
  },
  extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-mine' } }],
  priorityClassName: 'high',
  tolerations: [{ key: 'backups', operator: 'Exists' }],
};

const storage = { BR_STORAGE_DRIVER_URL: 's3://backups?region=eu-central-1' };

/** Rows of the tests that must hold for whatever is installed. */
const installations: readonly (readonly [string, ChartName, object])[] = [
  ['one server with SQLite', 'backup-repository-server', { persistence: { enabled: true } }],
  ['two servers', 'backup-repository-server', { replicaCount: 2, env: storage }],
  [
    'servers with everything',
    'backup-repository-server',
    {
      ...everything,
      env: storage,
      autoscaling: { enabled: true, minReplicas: 2, targetMemoryUtilizationPercentage: 70 },
      ingress: { enabled: true, className: 'nginx', tls: [{ hosts: ['a.example'], secretName: 'tls' }] },
      route: { enabled: true, yaml: { tls: { termination: 'edge' } } },
    },
  ],
  ['a controller', 'backup-maker-controller', {}],
  ['controllers with everything', 'backup-maker-controller', { ...everything, replicas: 2 }],
  ['a controller of two namespaces', 'backup-maker-controller', { watchNamespaces: ['shop', 'wiki'] }],
];

const clusterKinds = ['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'];

describe.skipIf(!hasPrograms('helm'))('charts', { timeout: 60_000 }, () => {
  it.each(installations)('%s: nothing for the linter to find', async (_, chart, values) => {
    expect(await lint(chart, values)).toContain('0 chart(s) failed');
  });

  it.each(installations)('%s: every object is named and in its place, once', async (_, chart, values) => {
    for (const kubernetes of ['1.20', '1.37']) {
      const objects = await render(chart, { values, kubernetes });
      const places = objects.map(
        ({ kind, metadata: { namespace: place, name } }) => `${kind} ${place}/${name}`,
      );
      expect(new Set(places).size).toBe(objects.length);
      const misplaced = objects.filter(({ kind, metadata }) => {
        const isMine = metadata.name === 'test-mine' || metadata.namespace === namespace;
        const isWatched = ['shop', 'wiki'].includes(metadata.namespace ?? '') && /^Role/.test(kind);
        return clusterKinds.includes(kind) ? metadata.namespace !== undefined : !isMine && !isWatched;
      });
      expect(misplaced).toEqual([]);
    }
  });

  it.each(installations)(
    '%s: pods that the restricted Pod Security Standard lets run',
    async (_, chart, values) => {
      const pods = podsOf(await render(chart, { values }));
      expect(pods).toHaveLength(2);
      for (const { securityContext, containers } of pods) {
        expect(securityContext).toMatchObject({ seccompProfile: { type: 'RuntimeDefault' } });
        for (const container of containers) {
          expect({ ...securityContext, ...container.securityContext }).toMatchObject({
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
        }
      }
    },
  );

  it.each(installations)(
    '%s: what selects pods selects those of the Deployment, and no test',
    async (_, chart, values) => {
      const objects = await render(chart, { values });
      const { matchLabels } = only(objects, 'Deployment').spec.selector;
      expect(only(objects, 'Deployment').spec.template.metadata.labels).toMatchObject(matchLabels);
      expect(only(objects, 'Service').spec.selector).toEqual(matchLabels);
      const selectors = objects
        .filter(({ kind }) => ['PodDisruptionBudget', 'NetworkPolicy'].includes(kind))
        .map(({ spec }) => (spec.selector ?? spec.podSelector).matchLabels);
      expect(selectors).toEqual(selectors.map(() => matchLabels));
      expect(only(objects, 'Pod').metadata.labels).not.toMatchObject(matchLabels);
    },
  );

  it.each(installations)(
    '%s: kinds as they are generated, which nobody deletes',
    async (_, chart, values) => {
      const definitions = (await render(chart, { values })).filter(
        ({ kind }) => kind === 'CustomResourceDefinition',
      );
      for (const { metadata, ...definition } of definitions) {
        expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
        const { metadata: _metadata, ...generated } = parse(read(`crds/${metadata.name}.yaml`)) as Manifest;
        expect(definition).toEqual(generated);
      }
    },
  );

  it('installs all kinds, unless told not to', async () => {
    const installed = async (installCRD: boolean) => {
      const values = { installCRD, persistence: { enabled: true } };
      const objects = await Promise.all(chartNames.map((chart) => render(chart, { values })));
      return objects.flat().filter(({ kind }) => kind === 'CustomResourceDefinition').length;
    };
    expect(await installed(true)).toBe(readdirSync(join(chartFolder(chartNames[0]), '../crds')).length);
    expect(await installed(false)).toBe(0);
  });

  it('leaves CEL rules out where Kubernetes does not know them', async () => {
    const text = async (kubernetes: string) =>
      JSON.stringify(await render('backup-maker-controller', { kubernetes }));
    expect(await text('1.37')).toContain('x-kubernetes-validations');
    expect(await text('1.24')).not.toContain('x-kubernetes-validations');
  });

  it('asks an old Kubernetes for versions of objects that it has', async () => {
    const values = { env: storage, autoscaling: { enabled: true, minReplicas: 2 } };
    const versionsOn = async (kubernetes: string) => {
      const objects = await render('backup-repository-server', { values, kubernetes });
      return ['HorizontalPodAutoscaler', 'PodDisruptionBudget'].map((kind) => only(objects, kind).apiVersion);
    };
    expect(await versionsOn('1.20')).toEqual(['autoscaling/v2beta2', 'policy/v1beta1']);
    expect(await versionsOn('1.37')).toEqual(['autoscaling/v2', 'policy/v1']);
  });
});

function podsOf(objects: readonly Manifest[]): readonly Manifest['spec'][] {
  return objects.flatMap(({ kind, spec }) =>
    kind === 'Deployment' ? [spec.template.spec] : kind === 'Pod' ? [spec] : [],
  );
}

function only(objects: readonly Manifest[], kind: string): Manifest {
  const [found, ...others] = objects.filter((object) => object.kind === kind);
  expect(others).toEqual([]);
  return found ?? expect.fail(`there is no ${kind}`);
}

function read(path: string): string {
  return readFileSync(join(chartFolder(chartNames[0]), '..', path), 'utf8');
}
