import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { cronJobManifest, type JobManifest, jobManifest, procedureManifests } from '../src/index.ts';
import { everything, optionsFor } from './manifest-options.ts';

interface Schemas {
  readonly definitions: Readonly<Record<string, readonly object[]>>;
  readonly versions: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const schemas = JSON.parse(
  readFileSync(new URL('../testdata/kubernetes-schemas.json', import.meta.url), 'utf8'),
) as Schemas;

const definitionNames: Readonly<Record<string, string>> = {
  'v1 Secret': 'io.k8s.api.core.v1.Secret',
  'v1 ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'batch/v1 Job': 'io.k8s.api.batch.v1.Job',
  'batch/v1 CronJob': 'io.k8s.api.batch.v1.CronJob',
  'batch/v1beta1 CronJob': 'io.k8s.api.batch.v1beta1.CronJob',
};

/** What a Kubernetes of this version finds wrong with an object: unknown fields too. */
function validator(
  version: string,
): (object: { readonly apiVersion: string; readonly kind: string }) => unknown {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const [name, index] of Object.entries(schemas.versions[version] ?? {})) {
    ajv.addSchema({ ...schemas.definitions[name]?.[index], $id: name });
  }
  return (object) => {
    const validate = ajv.getSchema(definitionNames[`${object.apiVersion} ${object.kind}`] ?? '');
    if (validate === undefined) return `no ${object.apiVersion} ${object.kind}`;
    return validate(object) ? [] : validate.errors;
  };
}

const validators = Object.keys(schemas.versions).map((version) => [version, validator(version)] as const);

describe.each(validators)('Kubernetes %s', (version, problems) => {
  const minor = Number(version.split('.')[1]);
  const apiVersion = minor < 21 ? ('batch/v1beta1' as const) : ('batch/v1' as const);

  it.each([
    ['backup', {}],
    ['restore', {}],
    ['backup', everything],
    ['restore', everything],
  ] as const)('takes what is made for a %s', (operation, podTemplate) => {
    const options = optionsFor(operation, {
      podTemplate,
      trackingId: 'abc',
      annotations: { note: 'x' },
      ownerReferences: [
        {
          apiVersion: 'riotkit.org/v1alpha1',
          kind: 'ScheduledBackup',
          name: 'shop',
          uid: 'u',
          controller: true,
        },
      ],
      environmentFromSecrets: { BM_AUTH_TOKEN: { secretName: 'run', key: 'token' } },
      activeDeadlineSeconds: 60,
      ttlSecondsAfterFinished: 60,
    });
    const { variables, files, configMap } = procedureManifests(options);
    const schedule = { startingDeadlineSeconds: 5, ...(minor >= 25 ? { timeZone: 'Europe/Warsaw' } : {}) };
    const cronJob = cronJobManifest({ ...options, schedule, apiVersion });
    const job = jobManifest({ ...options, jobName: 'run', restoreVersion: 'latest' });
    expect([variables, files, configMap, cronJob, job].flatMap(problems)).toEqual([]);
  });

  const job = () => structuredClone(jobManifest({ ...optionsFor('backup'), jobName: 'run' }));

  it.each<[what: string, mutate: (job: ReturnType<typeof mutable>) => void, place: string]>([
    ['an unknown field', ({ spec }) => Object.assign(spec, { backofLimit: 1 }), '/spec'],
    ['an unknown field of a pod', ({ pod }) => Object.assign(pod, { volume: [] }), '/spec/template/spec'],
    ['a text for a number', ({ spec }) => Object.assign(spec, { backoffLimit: '2' }), '/spec/backoffLimit'],
    [
      'a number for a text',
      ({ container }) => Object.assign(container, { image: 18 }),
      '/spec/template/spec/containers/0/image',
    ],
    [
      'a container without a name',
      ({ container }) => Reflect.deleteProperty(container, 'name'),
      '/spec/template/spec/containers/0',
    ],
    [
      'a variable that is a text',
      ({ container }) => Object.assign(container, { env: ['A=1'] }),
      '/spec/template/spec/containers/0/env/0',
    ],
  ])('refuses %s', (_what, mutate, place) => {
    const wrong = job();
    expect(problems(wrong)).toEqual([]);
    mutate(mutable(wrong));
    expect(problems(wrong)).toContainEqual(expect.objectContaining({ instancePath: place }));
  });
});

function mutable(job: JobManifest): {
  readonly spec: object;
  readonly pod: object;
  readonly container: object;
} {
  const pod = job.spec.template.spec;
  const [container] = pod.containers;
  if (container === undefined) throw new Error('no container');
  return { spec: job.spec, pod, container };
}

it('is tried with every Kubernetes from 1.20 to 1.37', () => {
  const minors = Object.keys(schemas.versions).map((version) => Number(version.split('.')[1]));
  expect(minors).toEqual(Array.from({ length: 18 }, (_, i) => 20 + i));
});
