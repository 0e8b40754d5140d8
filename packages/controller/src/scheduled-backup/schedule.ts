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

/** Runs are to begin by themselves. */
export function isExpected({ spec }: ScheduledBackup): boolean {
  return spec.cronJob.enabled && !spec.suspend;
}

/**
 * When the next scheduled run begins; undefined while there is none. Runs that are only an interval apart are counted
 * from the last one, or from the making of the CronJob.
 */
export function nextRun({ backup, schedule }: Planned, now: Date, cronJob?: CronJob): Date | undefined {
  if (!isExpected(backup)) {
    return undefined;
  }
  const since = schedule.intervalMs === undefined ? undefined : countedFrom(cronJob);
  return since ? schedule.next(schedule.latest(since, now) ?? since) : schedule.next(now);
}

/** From when on Kubernetes counts the runs of an interval. */
export function countedFrom(cronJob: CronJob | undefined): Date | undefined {
  const time = cronJob?.status?.lastScheduleTime ?? cronJob?.metadata.creationTimestamp;
  return time === undefined ? undefined : new Date(time);
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
