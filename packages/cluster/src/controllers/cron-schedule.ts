import type { CronSchedule } from '@backup-maker/model';
import { parseSchedule } from '../resources/cron-job.ts';

export interface CronQuestion {
  readonly schedule: string;
  readonly timeZone: string | undefined;
  /** After this time runs are due: the last one, or the creation. */
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly startingDeadlineMs: number | undefined;
}

export interface CronAnswer {
  /** The newest run that is due and has not been made. */
  readonly dueMs: number | undefined;
  /** How many runs before it were missed: only the newest is made up for. */
  readonly missed: number;
  readonly nextMs: number | undefined;
}

/** More missed runs than this are not counted one by one. */
const maxCounted = 100;

/** Which run of a schedule is due now, and when the next one is. Those of `@every` are counted from the last run. */
export function askSchedule(question: CronQuestion): CronAnswer {
  const { nowMs, startingDeadlineMs } = question;
  const schedule = parseSchedule(question.schedule, question.timeZone);
  const earliestMs =
    startingDeadlineMs === undefined
      ? question.sinceMs
      : Math.max(question.sinceMs, nowMs - startingDeadlineMs - 1);
  const dueMs = schedule.latest(new Date(earliestMs), new Date(nowMs))?.getTime();
  const nextFrom = schedule.intervalMs === undefined ? nowMs : (dueMs ?? earliestMs);
  return {
    dueMs,
    missed: dueMs === undefined ? 0 : countBefore(schedule, earliestMs, dueMs),
    nextMs: schedule.next(new Date(nextFrom))?.getTime(),
  };
}

function countBefore({ next }: CronSchedule, sinceMs: number, dueMs: number): number {
  let count = 0;
  let run = next(new Date(sinceMs));
  while (run && run.getTime() < dueMs && count < maxCounted) {
    count += 1;
    run = next(run);
  }
  return count;
}
