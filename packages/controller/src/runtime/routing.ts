import { type CacheChange, type KubeObject, objectKey, type WorkQueue } from '@backup-maker/kube';
import type { RequestedBackupAction, ScheduledBackup } from '@backup-maker/model';
import { isFinished } from '../job-outcome.ts';
import { labels } from '../labels.ts';
import type { Applier } from './applier.ts';
import { type Informers, indices } from './informers.ts';

export interface Queues {
  readonly scheduledBackups: WorkQueue;
  readonly requestedActions: WorkQueue;
}

/** Whoever a change concerns is queued at once: the object itself, its owner, and everybody who refers to it. */
export function routeChanges(informers: Informers, queues: Queues, applier: Applier): void {
  const addBackup = (backup: KubeObject) => queues.scheduledBackups.add(objectKey(backup.metadata));
  const addAction = (action: RequestedBackupAction) => {
    queues.requestedActions.add(objectKey(action.metadata));
  };
  const addActionsOf = (backupKey: string) => {
    for (const action of informers.requestedActions.byIndex(indices.scheduledBackup, backupKey)) {
      isFinished(action.status?.conditions) || addAction(action);
    }
  };
  const addUsers = (index: string, value: string) => {
    for (const backup of informers.scheduledBackups.byIndex(index, value)) {
      addBackup(backup);
      addActionsOf(objectKey(backup.metadata));
    }
  };
  const addOwner = ({ metadata }: KubeObject) => {
    const label = metadata.labels?.[labels.scheduledBackup];
    if (label !== undefined) {
      addUsers(indices.label, objectKey({ namespace: metadata.namespace, name: label }));
    }
  };
  const dependency = (index: string) => (change: CacheChange<KubeObject>) => {
    if (change.type === 'deleted') {
      applier.forget(change.object);
    } else if (applier.isOwnWrite(change.object)) {
      return;
    }
    addUsers(index, objectKey(change.object.metadata));
    addOwner(change.object);
  };

  informers.scheduledBackups.onChange((change) => {
    if (change.type !== 'updated' || isNews(change.object, change.previous)) {
      addBackup(change.object);
      addActionsOf(objectKey(change.object.metadata));
    }
  });
  informers.requestedActions.onChange((change) => {
    addAction(change.object);
    // Its ScheduledBackup may have to hold its schedule, or may go on with it.
    const name = change.object.spec?.scheduledBackupRef?.name;
    if (name !== undefined) {
      queues.scheduledBackups.add(objectKey({ namespace: change.object.metadata.namespace, name }));
    }
  });
  informers.secrets.onChange(dependency(indices.secret));
  informers.configMaps.onChange(dependency(indices.configMap));
  informers.clusterTemplates.onChange((change) => addUsers(indices.template, change.object.metadata.name));
  informers.templates.onChange((change) => addUsers(indices.template, objectKey(change.object.metadata)));
  informers.cronJobs.onChange((change) => {
    if (change.type !== 'updated' || !applier.isOwnWrite(change.object)) {
      addOwner(change.object);
    } else {
      // Our own write is no news for the ScheduledBackup; actions may wait for it.
      const label = change.object.metadata.labels?.[labels.scheduledBackup] ?? '';
      const key = objectKey({ namespace: change.object.metadata.namespace, name: label });
      for (const backup of informers.scheduledBackups.byIndex(indices.label, key)) {
        addActionsOf(objectKey(backup.metadata));
      }
    }
  });
  informers.jobs.onChange((change) => addOwner(change.object));
}

/** A write of the status is our own; all that a user can change shows in one of these. */
function isNews(object: ScheduledBackup, previous: ScheduledBackup): boolean {
  return (
    object.metadata.uid !== previous.metadata.uid ||
    object.metadata.generation !== previous.metadata.generation ||
    object.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp
  );
}
