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

/** Which run of a schedule is due now, and when the next one is. */
export function askSchedule(question: CronQuestion): CronAnswer {
  const { nowMs, startingDeadlineMs } = question;
  const cron = parseSchedule(question.schedule, question.timeZone);
  const earliest =
    startingDeadlineMs === undefined
      ? question.sinceMs
      : Math.max(question.sinceMs, nowMs - startingDeadlineMs - 1);
  const nextMs = cron.nextRun(new Date(nowMs))?.getTime();
  let dueMs: number | undefined;
  let missed = -1;
  let run = cron.nextRun(new Date(earliest))?.getTime();
  while (run !== undefined && run <= nowMs && missed < maxCounted) {
    dueMs = run;
    missed += 1;
    run = cron.nextRun(new Date(run))?.getTime();
  }
  if (missed >= maxCounted) {
    // After a long pause the newest run is found from the end instead.
    dueMs = cron.previousRuns(1, new Date(nowMs + 1))[0]?.getTime() ?? dueMs;
  }
  return { dueMs, missed: Math.max(0, missed), nextMs };
}
