import { type Condition, findCondition, timestamp } from '@backup-maker/kube';
import type { CronSchedule, ScheduledBackup } from '@backup-maker/model';
import { type Change, withoutConditions } from '../conditions.ts';
import type { CronJob } from '../kinds.ts';
import { countedFrom, graceMs, isExpected, type Planned } from './schedule.ts';

const type = 'Missed';
/** The reason while no run can begin because a clock was set back. */
const clockSetBack = 'ClockSetBack';
/** The reason while the schedule is held for a requested action. */
const heldReason = 'Held';

/** Clocks of a cluster differ a little. */
const maxSkewMs = 120_000;

/**
 * Until when the schedule stands still: Kubernetes begins no run before the last one, and a clock that was set back
 * leaves that in the future.
 */
export function standsStillUntil(cronJob: CronJob | undefined, now: Date): Date | undefined {
  const last = cronJob?.status?.lastScheduleTime;
  const isAhead = last !== undefined && Date.parse(last) > now.getTime() + maxSkewMs;
  return isAhead ? new Date(last) : undefined;
}

/** After a change of the spec, runs of the schedule before are no longer expected. */
export function forgetMissed(
  conditions: readonly Condition[] | undefined,
  object: ScheduledBackup,
): readonly Condition[] {
  const missed = findCondition(conditions, type);
  const isOld = missed !== undefined && missed.observedGeneration !== object.metadata.generation;
  return isOld ? withoutConditions(conditions ?? [], type) : (conditions ?? []);
}

export interface MissedQuestion {
  readonly planned: Planned;
  /** The conditions of before. */
  readonly known: readonly Condition[];
  readonly cronJob: CronJob | undefined;
  /** The schedule stands still for a requested action. */
  readonly held: boolean;
  readonly now: Date;
}

/** The condition that tells of a run which should have begun and did not. */
export function missedChange(question: MissedQuestion): Change {
  const { planned, known, cronJob, held, now } = question;
  if (!isExpected(planned.backup)) {
    return { type, status: 'Unknown', reason: 'NotScheduled', message: 'no run is expected' };
  }
  if (held) {
    return heldChange(question);
  }
  const still = standsStillUntil(cronJob, now);
  const remedy =
    still &&
    `the last run is of ${timestamp(still)}, ahead of the clock, and Kubernetes begins none before it: delete CronJob "${cronJob?.metadata.name}", it is made anew`;
  const before = findCondition(known, type);
  // Runs of before the clock was set back were judged by then.
  if (remedy && before?.status !== 'True' && before?.reason !== clockSetBack) {
    return { type, status: 'Unknown', reason: clockSetBack, message: remedy };
  }
  const missed = missedRun(question, expectedSince(question));
  if (missed) {
    const message = [`the run of ${timestamp(missed)} did not begin`, ...(remedy ? [remedy] : [])].join('; ');
    return { type, status: 'True', reason: 'RunMissed', message };
  }
  return remedy
    ? { type, status: 'Unknown', reason: clockSetBack, message: remedy }
    : { type, status: 'False', reason: 'OnSchedule', message: 'every run that was due has begun' };
}

/** A run that is due while the schedule is held is missed when it is late, however good the reason. */
function heldChange(question: MissedQuestion): Change {
  const before = findCondition(question.known, type);
  const heldSince = before?.reason === heldReason ? new Date(before.lastTransitionTime) : undefined;
  const isMissed =
    heldSince !== undefined && (before?.status === 'True' || missedRun(question, heldSince) !== undefined);
  const message =
    'the schedule is held for a requested action; Kubernetes makes up the run that is due meanwhile';
  return isMissed
    ? {
        type,
        status: 'True',
        reason: heldReason,
        message: `a run that was due did not begin: ${message}. See kubectl get requestedbackupactions`,
      }
    : { type, status: 'Unknown', reason: heldReason, message };
}

/** The last run that should have begun and did not; undefined where all is well. */
function missedRun({ planned, cronJob, now }: MissedQuestion, since: Date): Date | undefined {
  const { backup, schedule } = planned;
  const from = standsStillUntil(cronJob, now) ? since : followedBy(schedule, cronJob, since);
  const due = schedule.latest(from, new Date(now.getTime() - graceMs(backup)));
  return due && due > since ? due : undefined;
}

/** After what the next run is due: as Kubernetes does, the last run, whatever a look back would find. */
function followedBy({ intervalMs }: CronSchedule, cronJob: CronJob | undefined, since: Date): Date {
  if (intervalMs !== undefined) {
    return countedFrom(cronJob) ?? since;
  }
  const last = new Date(cronJob?.status?.lastScheduleTime ?? 0);
  return last > since ? last : since;
}

/**
 * Since when the schedule is in force: the condition became `False` (not missed) when it was first looked at, also
 * after a suspension or a change of the spec.
 */
function expectedSince({ planned, known, now }: MissedQuestion): Date {
  const condition = findCondition(known, type);
  if (condition?.status === 'False' || condition?.reason === clockSetBack) {
    return new Date(condition.lastTransitionTime);
  }
  const { creationTimestamp } = planned.backup.metadata;
  return condition?.status === 'True' ? new Date(creationTimestamp ?? 0) : now;
}
