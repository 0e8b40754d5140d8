import { findCondition } from '@backup-maker/kube';
import type { RequestedBackupAction } from '@backup-maker/model';
import { isFinished } from '../job-outcome.ts';
import { awaitingExclusiveRun } from './status.ts';

/**
 * Whether an action keeps its ScheduledBackup's CronJob from beginning a run: everything that it needs is there, or it
 * runs. An action that waits for a missing Secret holds nothing back. It is read from the action's stored status, so
 * it is the same after a restart.
 */
export function isHolding(action: RequestedBackupAction): boolean {
  if (
    isFinished(action.status?.conditions) ||
    action.metadata.deletionTimestamp ||
    wasProcessedBefore(action)
  ) {
    return false;
  }
  const reconciling = findCondition(action.status?.conditions, 'Reconciling');
  return action.status?.processed === true || reconciling?.reason === awaitingExclusiveRun;
}

/**
 * Whether the controller of an earlier installation carried the action out: that one sets no `Ready`. What became of it
 * stands in its status, and nothing more is to be done.
 */
export function wasProcessedBefore({ status }: RequestedBackupAction): boolean {
  return status?.processed === true && findCondition(status.conditions, 'Ready') === undefined;
}
