import {
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  sameJson,
  textAt,
  valueAt,
} from '../json.ts';
import type { KubeObject } from '../object.ts';
import {
  anything,
  atLeast,
  flag,
  int32,
  int64,
  listByKey,
  object,
  oneOf,
  text,
  time,
  withDefault,
} from '../schema/build.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldCause } from '../status-error.ts';
import { ageColumn, column, humanDuration, nameColumn } from './column.ts';
import { immutableField } from './immutable-field.ts';
import { condition, kindSchema, labelSelector } from './metadata.ts';
import { validatePodSpec } from './pod.ts';
import { podTemplate } from './pod-spec.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const jobSpec: Schema = object(
  {
    parallelism: withDefault(atLeast(0, int32), 1),
    completions: atLeast(0, int32),
    activeDeadlineSeconds: atLeast(0, int64),
    backoffLimit: withDefault(atLeast(0, int32), 6),
    ttlSecondsAfterFinished: atLeast(0, int32),
    completionMode: withDefault(oneOf('NonIndexed', 'Indexed'), 'NonIndexed'),
    suspend: withDefault(flag, false),
    selector: labelSelector,
    manualSelector: flag,
    template: podTemplate,
    podReplacementPolicy: oneOf('TerminatingOrFailed', 'Failed'),
    podFailurePolicy: anything,
    backoffLimitPerIndex: int32,
    maxFailedIndexes: int32,
    successPolicy: anything,
    managedBy: text,
  },
  ['template'],
);

export const jobType: ResourceType = builtInType({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  hasStatus: true,
  hasGeneration: true,
  schema: kindSchema(
    {
      spec: jobSpec,
      status: object({
        conditions: listByKey(condition, 'type'),
        startTime: time,
        completionTime: time,
        active: int32,
        succeeded: int32,
        failed: int32,
        ready: int32,
        terminating: int32,
        uncountedTerminatedPods: anything,
        completedIndexes: text,
        failedIndexes: text,
      }),
    },
    ['spec'],
  ),
  selectableFields: ['status.successful'],
  columns: [
    nameColumn,
    column('Status', jobWord),
    column('Completions', completions),
    column('Duration', duration),
    ageColumn,
    column('Containers', (job) => containerFields(job, 'name'), { wide: true }),
    column('Images', (job) => containerFields(job, 'image'), { wide: true }),
    column('Selector', selectorText, { wide: true }),
  ],
  behaviour: {
    orphansByDefault: false,
    prepareCreate: (job) => ({ ...job, spec: withSelector(job), status: {} }),
    validate: validateJob,
    validateUpdate: validateJobUpdate,
  },
});

/** The labels by which a Job's pods are found; made from its uid, as the API server does. */
function withSelector(job: KubeObject): JsonObject {
  const spec = withCompletions(job.spec ?? {});
  if (spec.manualSelector === true) {
    return spec;
  }
  const uid = { 'batch.kubernetes.io/controller-uid': job.metadata.uid };
  const labels = {
    ...objectAt(spec, 'template', 'metadata', 'labels'),
    ...uid,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': job.metadata.uid,
    'job-name': job.metadata.name,
  };
  const metadata = { ...objectAt(spec, 'template', 'metadata'), labels };
  return {
    ...spec,
    selector: { matchLabels: uid },
    template: { ...objectAt(spec, 'template'), metadata },
  };
}

/** Without completions and without parallelism, both are 1; with parallelism alone it is a work queue. */
function withCompletions(spec: JsonObject): JsonObject {
  return spec.completions === undefined && spec.parallelism === 1 ? { ...spec, completions: 1 } : spec;
}

export function validateJobSpec(spec: Json, path: string): readonly FieldCause[] {
  const causes: FieldCause[] = [
    ...validatePodSpec(objectAt(spec, 'template', 'spec'), `${path}.template.spec`),
  ];
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy');
  if (policy !== 'OnFailure' && policy !== 'Never') {
    causes.push({
      field: `${path}.template.spec.restartPolicy`,
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(policy ?? '')}: supported values: "OnFailure", "Never"`,
    });
  }
  for (const field of [
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
    'successPolicy',
    'managedBy',
  ]) {
    if (valueAt(spec, field) !== undefined) {
      causes.push(notImplemented(`${path}.${field}`));
    }
  }
  if (valueAt(spec, 'completionMode') === 'Indexed') {
    causes.push(notImplemented(`${path}.completionMode`));
  }
  return causes;
}

function notImplemented(field: string): FieldCause {
  const message = 'Forbidden: the embedded cluster does not implement this; use a Kubernetes cluster for it';
  return { field, reason: 'FieldValueForbidden', message };
}

function validateJob(job: KubeObject): readonly FieldCause[] {
  const causes = [...validateJobSpec(job.spec ?? {}, 'spec')];
  if (
    job.spec?.manualSelector !== true &&
    job.status === undefined &&
    valueAt(job.spec, 'selector') !== undefined
  ) {
    causes.push({
      field: 'spec.selector',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: `selector` is generated; set `manualSelector` to use your own',
    });
  }
  return causes;
}

function validateJobUpdate(job: KubeObject, old: KubeObject): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  for (const field of ['completions', 'selector', 'completionMode'] as const) {
    if (!sameJson(valueAt(job.spec, field), valueAt(old.spec, field))) {
      causes.push(immutableField(`spec.${field}`, valueAt(job.spec, field)));
    }
  }
  if (!sameJson(valueAt(job.spec, 'template'), valueAt(old.spec, 'template'))) {
    causes.push({
      field: 'spec.template',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: the pod template: field is immutable',
    });
  }
  return causes;
}

function hasCondition(job: KubeObject, type: string): boolean {
  return listAt(job, 'status', 'conditions').some(
    (one) => valueAt(one, 'type') === type && valueAt(one, 'status') === 'True',
  );
}

function jobWord(job: KubeObject): string {
  if (hasCondition(job, 'Complete')) {
    return 'Complete';
  }
  if (hasCondition(job, 'Failed')) {
    return 'Failed';
  }
  if (job.metadata.deletionTimestamp !== undefined) {
    return 'Terminating';
  }
  return hasCondition(job, 'Suspended') ? 'Suspended' : 'Running';
}

function completions(job: KubeObject): string {
  const done = numberAt(job, 'status', 'succeeded') ?? 0;
  const wanted = numberAt(job, 'spec', 'completions');
  if (wanted !== undefined) {
    return `${done}/${wanted}`;
  }
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function duration(job: KubeObject, nowMs: number): string {
  const start = textAt(job, 'status', 'startTime');
  if (start === undefined) {
    return '';
  }
  const end = textAt(job, 'status', 'completionTime');
  return humanDuration((end === undefined ? nowMs : Date.parse(end)) - Date.parse(start));
}

export function containerFields(job: Json, field: string): string {
  const containers = listAt(job, 'spec', 'template', 'spec', 'containers');
  return containers.map((container) => textAt(container, field) ?? '').join(',');
}

function selectorText(job: KubeObject): string {
  const labels = Object.entries(objectAt(job, 'spec', 'selector', 'matchLabels'));
  return labels.map(([key, value]) => `${key}=${value}`).join(',');
}
