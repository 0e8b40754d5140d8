import {
  type Informer,
  type KubeClient,
  type KubeObject,
  objectKey,
  type Resource,
  type Selection,
  startInformer,
} from '@backup-maker/kube';
import type {
  BackupProcedureTemplate,
  ClusterBackupProcedureTemplate,
  RequestedBackupAction,
  ScheduledBackup,
} from '@backup-maker/model';
import { type CronJob, type Job, kinds } from '../kinds.ts';
import { backupLabelKey, labels } from '../labels.ts';
import { createView, type View } from './view.ts';

/** Everything that is watched. Of Secrets and ConfigMaps only the metadata: their content is read when it is needed. */
export interface Informers extends AsyncDisposable {
  readonly scheduledBackups: View<ScheduledBackup>;
  readonly requestedActions: View<RequestedBackupAction>;
  readonly clusterTemplates: View<ClusterBackupProcedureTemplate>;
  readonly templates: View<BackupProcedureTemplate>;
  readonly secrets: View<KubeObject>;
  readonly configMaps: View<KubeObject>;
  readonly jobs: View<Job>;
  readonly cronJobs: View<CronJob>;
  /** Those that are not ours; an installation that was here before us may have left some. */
  readonly otherCronJobs: View<KubeObject>;
  readonly all: readonly Informer<KubeObject>[];
  readonly synced: Promise<void>;
  close(): Promise<void>;
}

export interface InformersOptions {
  readonly client: KubeClient;
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly cronJobs: Resource<CronJob>;
  readonly onError: (plural: string, error: unknown) => void;
}

export function startInformers(options: InformersOptions): Informers {
  const { client, onError } = options;
  const all: Informer<KubeObject>[] = [];

  function start<T extends KubeObject>(
    resource: Resource<T>,
    selection: Selection = {},
    transform: (object: T) => T = withoutManagedFields,
  ): View<T> {
    const scoped = resource.namespaced && options.namespaces.length > 0;
    const informers = (scoped ? options.namespaces : [undefined]).map((namespace) =>
      startInformer<T>({
        client,
        resource,
        namespace,
        ...selection,
        transform: selection.metadataOnly ? metadataOf : transform,
        onError: (error) => onError(resource.plural, error),
      }),
    );
    all.push(...(informers as readonly Informer<KubeObject>[]));
    return createView(informers);
  }

  const children = { labelSelector: labels.scheduledBackup };
  const views = {
    scheduledBackups: start(kinds.scheduledBackup),
    requestedActions: start(kinds.requestedAction),
    clusterTemplates: start(kinds.clusterTemplate),
    templates: start(kinds.template),
    secrets: start<KubeObject>(kinds.secret, { metadataOnly: true }),
    configMaps: start<KubeObject>(kinds.configMap, { metadataOnly: true }),
    jobs: start(kinds.job, children, withoutPodTemplate),
    cronJobs: start(options.cronJobs, children, withoutJobTemplate),
    otherCronJobs: start<KubeObject>(options.cronJobs, {
      labelSelector: `!${labels.scheduledBackup}`,
      metadataOnly: true,
    }),
  };
  addIndices(views);
  const close = async () => {
    await Promise.all(all.map((informer) => informer.close()));
  };
  const synced = Promise.all(all.map((informer) => informer.synced)).then(() => {});
  synced.catch(() => {});
  return { ...views, all, synced, close, [Symbol.asyncDispose]: close };
}

/** Names of the indices: who uses what. */
export const indices = {
  secret: 'secret',
  configMap: 'configMap',
  template: 'template',
  scheduledBackup: 'scheduledBackup',
  label: 'label',
} as const;

function addIndices(
  views: Pick<Informers, 'scheduledBackups' | 'requestedActions' | 'jobs' | 'cronJobs'>,
): void {
  const inNamespace = (object: KubeObject, names: readonly (string | undefined)[]) =>
    names.flatMap((name) => (name ? [objectKey({ namespace: object.metadata.namespace, name })] : []));
  views.scheduledBackups.addIndex(indices.secret, (backup) => {
    const { varsSecretRef, gpgKeySecretRef, tokenSecretRef, loginSecretRef } = unchecked(backup.spec);
    const references = [varsSecretRef, gpgKeySecretRef, tokenSecretRef, loginSecretRef];
    return inNamespace(
      backup,
      references.map((reference) => reference?.secretName),
    );
  });
  views.scheduledBackups.addIndex(indices.configMap, (backup) =>
    inNamespace(backup, [unchecked(backup.spec).additionalRecipientsRef?.configMapName]),
  );
  views.scheduledBackups.addIndex(indices.template, (backup) => {
    const { kind, name } = unchecked(backup.spec).templateRef ?? {};
    return name === undefined
      ? []
      : [kind === 'BackupProcedureTemplate' ? `${backup.metadata.namespace}/${name}` : name];
  });
  views.requestedActions.addIndex(indices.scheduledBackup, (action) =>
    inNamespace(action, [unchecked(action.spec).scheduledBackupRef?.name]),
  );
  views.scheduledBackups.addIndex(indices.label, ({ metadata }) => [
    backupLabelKey(metadata.namespace, metadata.name),
  ]);
  for (const view of [views.jobs, views.cronJobs] as readonly View<KubeObject>[]) {
    view.addIndex(indices.label, (object) =>
      inNamespace(object, [object.metadata.labels?.[labels.scheduledBackup]]),
    );
  }
}

/**
 * Objects are indexed as they come; the reconcile checks them. A cluster may have the kind from an older definition
 * with a looser schema, and one such object must not stop the watch of all.
 */
function unchecked<T extends object>(spec: T): Partial<T> {
  return spec ?? {};
}

function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Pod templates are most of a Job, and nobody reads them back. */
function withoutPodTemplate(job: Job): Job {
  const { suspend, ttlSecondsAfterFinished } = job.spec ?? {};
  const spec = {
    ...(suspend !== undefined && { suspend }),
    ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
  };
  return { ...withoutManagedFields(job), spec };
}

function withoutJobTemplate(cronJob: CronJob): CronJob {
  const { suspend } = cronJob.spec ?? {};
  return { ...withoutManagedFields(cronJob), spec: suspend === undefined ? {} : { suspend } };
}

/** Drops what a server that has no metadata-only form sent besides. */
function metadataOf<T extends KubeObject>(object: T): T {
  const { apiVersion, kind, metadata } = withoutManagedFields(object);
  const { annotations, ...rest } = metadata;
  // kubectl keeps whole Secrets in this annotation.
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...kept } = annotations ?? {};
  return { apiVersion, kind, metadata: { ...rest, annotations: kept } } as T;
}
