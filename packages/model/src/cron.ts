import { Cron } from 'croner';
import { Failure } from './failure.ts';

/** A parsed five-field cron expression in a time zone. */
export interface CronSchedule {
  readonly expression: string;
  readonly timeZone: string;
  /** The first start after `time` (never `time` itself); undefined when there is none, such as on February 30. */
  next(time: Date): Date | undefined;
  /** The last start before `time` (never `time` itself); undefined when there is none. */
  previous(time: Date): Date | undefined;
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Parse a five-field cron expression, or a nickname such as `@daily`, as Kubernetes reads them: a day matches
 * when the day of month or the day of week does, if both are restricted.
 * @param timeZone an IANA name; UTC when left out
 * @throws Failure `invalid-input` for a bad expression or an unknown time zone
 */
export function parseCron(expression: string, timeZone = 'UTC'): CronSchedule {
  const cron = compile(expression, timeZone);
  return {
    expression,
    timeZone,
    next: (time) => cron.nextRun(time) ?? undefined,
    previous: (time) => cron.previousRuns(1, time)[0],
  };
}

function compile(expression: string, timeZone: string): Cron {
  try {
    const zone = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
    const fields = nicknames[expression.trim()] ?? expression.trim();
    return new Cron(fields, { timezone: zone, mode: '5-part', paused: true });
  } catch (cause) {
    throw new Failure(
      'invalid-input',
      `"${expression}" in time zone "${timeZone}" is not a schedule: write five cron fields such as "00 02 * * *" and an IANA time zone such as Europe/Warsaw`,
      { cause },
    );
  }
}
