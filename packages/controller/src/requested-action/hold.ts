import { findCondition } from '@backup-maker/kube';
import type { RequestedBackupAction, ScheduledBackup } from '@backup-maker/model';
import { isFinished } from '../job-outcome.ts';
import { needsHold } from './desired.ts';
import { awaitingExclusiveRun } from './status.ts';

/**
 * Whether an action keeps its ScheduledBackup's CronJob from beginning a run: it is of the other operation, and
 * everything that it needs is there (an action that waits for a missing Secret holds nothing back) or it runs.
 * It is read from the action's stored status, so it is the same after a restart.
 */
export function isHolding(action: RequestedBackupAction, backup: ScheduledBackup): boolean {
  if (
    !needsHold(action, backup) ||
    isFinished(action.status?.conditions) ||
    action.metadata.deletionTimestamp
  ) {
    return false;
  }
  const reconciling = findCondition(action.status?.conditions, 'Reconciling');
  return action.status?.processed === true || reconciling?.reason === awaitingExclusiveRun;
}
