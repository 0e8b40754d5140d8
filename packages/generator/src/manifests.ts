import { Failure, type Secret } from '@backup-maker/model';
import { cronJobName, objectLabels } from './manifest/labels.ts';
import { keyNames, scriptName } from './manifest/layout.ts';
import type { ManifestOptions } from './manifest/manifest-options.ts';
import { mergePodTemplates } from './manifest/merge-pod-templates.ts';
import type {
  ConcurrencyPolicy,
  ConfigMapManifest,
  CronJobManifest,
  JobManifest,
  JobSpec,
  ObjectMeta,
  SecretManifest,
} from './manifest/objects.ts';
import { filesSecretName, objectName, podSpec } from './manifest/pod-spec.ts';
import type { PodTemplate } from './manifest/pod-template.ts';

export interface Schedule {
  /** Cron expression; `00 02 * * *` by default. */
  readonly scheduleEvery?: string | undefined;
  readonly timeZone?: string | undefined;
  /** `Forbid` by default. */
  readonly concurrencyPolicy?: ConcurrencyPolicy | undefined;
  readonly startingDeadlineSeconds?: number | undefined;
  readonly suspend?: boolean | undefined;
  /** 3 by default. */
  readonly successfulJobsHistoryLimit?: number | undefined;
  /** 1 by default. */
  readonly failedJobsHistoryLimit?: number | undefined;
}

export interface CronJobOptions extends ManifestOptions {
  readonly schedule: Schedule;
  /** `batch/v1beta1` for Kubernetes 1.20. */
  readonly apiVersion?: CronJobManifest['apiVersion'];
}

export interface JobOptions extends ManifestOptions {
  readonly jobName: string;
  /** `latest`, a number or `vN`; for restores. */
  readonly restoreVersion?: string | undefined;
}

const defaultBackoffLimit = 2;

/** What the pods of one operation read. */
export interface ProcedureManifests {
  /** `<name>-<operation>`: the environment of the script. */
  readonly variables: SecretManifest;
  /** `<name>-<operation>-files`: keys, and the script where it may hold a secret value. */
  readonly files: SecretManifest;
  /** `<name>-<operation>`: the script where it holds none. */
  readonly configMap: ConfigMapManifest;
}

/**
 * Secrets and ConfigMap of a procedure.
 * @throws Failure `invalid-input` when a backup is given a private key: the side that writes must not be able to read.
 */
export function procedureManifests(options: ManifestOptions): ProcedureManifests {
  const { procedure } = options;
  const script = { [scriptName(procedure.operation)]: procedure.script };
  return {
    variables: secretManifest(options, objectName(options), revealed(procedure.environment)),
    files: secretManifest(options, filesSecretName(options), {
      ...keyEntries(options),
      ...(procedure.containsSecret ? script : {}),
    }),
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(options, objectName(options)),
      data: procedure.containsSecret ? {} : script,
    },
  };
}

function secretManifest(
  options: ManifestOptions,
  name: string,
  texts: Readonly<Record<string, string>>,
): SecretManifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(options, name),
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    ),
  };
}

/** CronJob `<name>-<operation>`, shortened where that is longer than Kubernetes lets a CronJob be named. */
export function cronJobManifest(options: CronJobOptions): CronJobManifest {
  const { schedule, apiVersion = 'batch/v1' } = options;
  const { timeZone, startingDeadlineSeconds } = schedule;
  return {
    apiVersion,
    kind: 'CronJob',
    metadata: metadata(options, cronJobName(options.name, options.procedure.operation)),
    spec: {
      schedule: schedule.scheduleEvery ?? '00 02 * * *',
      ...(timeZone === undefined ? {} : { timeZone }),
      concurrencyPolicy: schedule.concurrencyPolicy ?? 'Forbid',
      ...(startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }),
      suspend: schedule.suspend ?? false,
      successfulJobsHistoryLimit: schedule.successfulJobsHistoryLimit ?? 3,
      failedJobsHistoryLimit: schedule.failedJobsHistoryLimit ?? 1,
      jobTemplate: { metadata: templateMetadata(options), spec: jobSpec(options) },
    },
  };
}

/** A Job that runs the operation once. */
export function jobManifest(options: JobOptions): JobManifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(options, options.jobName),
    spec: jobSpec(options),
  };
}

function jobSpec(options: ManifestOptions & { readonly restoreVersion?: string | undefined }): JobSpec {
  const { activeDeadlineSeconds, ttlSecondsAfterFinished } = options;
  const pod = podSettings(options);
  return {
    ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
    backoffLimit: options.backoffLimit ?? defaultBackoffLimit,
    ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
    template: {
      metadata: templateMetadata(options, pod),
      spec: podSpec({ ...options, pod }),
    },
  };
}

/** `HelmValues` of the variables, and over them what the object's own `podTemplate` says. */
function podSettings({ procedure, podTemplate = {} }: ManifestOptions): PodTemplate {
  return mergePodTemplates(procedure.helmValues.pod, podTemplate);
}

function metadata(options: ManifestOptions, name: string): ObjectMeta {
  const { namespace, annotations, ownerReferences } = options;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: labels(options),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}

function templateMetadata(options: ManifestOptions, pod: PodTemplate = {}): JobSpec['template']['metadata'] {
  const annotations = { ...options.annotations, ...pod.annotations };
  return {
    labels: { ...pod.labels, ...labels(options) },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function labels(options: ManifestOptions): Readonly<Record<string, string>> {
  return objectLabels({ ...options, operation: options.procedure.operation });
}

function keyEntries({ keys, procedure }: ManifestOptions): Readonly<Record<string, string>> {
  if (procedure.operation === 'backup') {
    const { publicKeys = [] } = keys;
    if (keys.privateKey !== undefined || publicKeys.some((key) => key.includes('PRIVATE KEY BLOCK'))) {
      throw new Failure(
        'invalid-input',
        'a backup is given public keys only: the private key belongs to the restore',
      );
    }
    return Object.fromEntries(keyNames(publicKeys.length).map((name, i) => [name, publicKeys[i] ?? '']));
  }
  return keys.privateKey === undefined ? {} : { 'gpg-key': keys.privateKey.reveal() };
}

function revealed(environment: Readonly<Record<string, Secret>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.reveal()]));
}
