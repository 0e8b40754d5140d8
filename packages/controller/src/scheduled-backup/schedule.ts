import { type Condition, findCondition } from '@backup-maker/kube';
import { type CronSchedule, parseCron, type ScheduledBackup } from '@backup-maker/model';
import type { CronJob } from '../kinds.ts';

/** How late a run may be before it counts as missed, where no starting deadline says more. */
const minGraceMs = 120_000;

/** A ScheduledBackup whose schedule is understood. */
export interface Planned {
  readonly backup: ScheduledBackup;
  readonly schedule: CronSchedule;
}

/**
 * Understand the schedule, also while it is disabled: an error is told when it is written, not when it is needed.
 * @throws Failure `invalid-input`
 */
export function planOf(backup: ScheduledBackup): Planned {
  const { scheduleEvery, timeZone } = backup.spec.cronJob;
  return { backup, schedule: parseCron(scheduleEvery, timeZone) };
}

function isExpected({ spec }: ScheduledBackup): boolean {
  return spec.cronJob.enabled && !spec.suspend;
}

/** When the next scheduled run begins; undefined while there is none. */
export function nextRun({ backup, schedule }: Planned, now: Date): Date | undefined {
  return isExpected(backup) ? schedule.next(now) : undefined;
}

/** How long one interval of the schedule is, in seconds, for alerts about backups that are too old. */
export function intervalSeconds({ backup, schedule }: Planned, now: Date): number | undefined {
  const first = backup.spec.cronJob.enabled ? schedule.next(now) : undefined;
  const second = first && schedule.next(first);
  return first && second ? (second.getTime() - first.getTime()) / 1000 : undefined;
}

/** When it can be said whether the run before `next` happened. */
export function graceMs({ spec }: ScheduledBackup): number {
  return Math.max((spec.cronJob.startingDeadlineSeconds ?? 0) * 1000, minGraceMs);
}

export interface MissedRunQuestion {
  readonly planned: Planned;
  readonly cronJob: CronJob | undefined;
  readonly now: Date;
  /** Runs before this time were not expected: the schedule was not there, or not this one. */
  readonly since: Date;
}

/** The last run that should have begun and did not; undefined where all is well or nothing is expected. */
export function missedRun({ planned, cronJob, now, since }: MissedRunQuestion): Date | undefined {
  const { backup, schedule } = planned;
  if (!isExpected(backup)) {
    return undefined;
  }
  const due = schedule.previous(new Date(now.getTime() - graceMs(backup)));
  const last = cronJob?.status?.lastScheduleTime;
  const begun = last !== undefined && due !== undefined && Date.parse(last) >= due.getTime();
  return due && due > since && !begun ? due : undefined;
}

/**
 * Since when the schedule is in force: the condition `Missed` became `False` (not missed) when it was first looked
 * at, also after a suspension or a change of the spec; see `missedChange`.
 */
export function expectedSince(conditions: readonly Condition[] | undefined, now: Date): Date {
  const condition = findCondition(conditions, 'Missed');
  if (condition?.status === 'False') {
    return new Date(condition.lastTransitionTime);
  }
  return condition?.status === 'True' ? new Date(0) : now;
}
