import { type CronFields, parseFields, wordsOf } from './cron/fields.ts';
import { parseInterval } from './cron/interval.ts';
import { nextRun } from './cron/next-run.ts';
import { previousRun } from './cron/previous-run.ts';
import { findTimeZone, type TimeZone } from './cron/time-zone.ts';
import { Failure } from './failure.ts';

/** A parsed schedule in a time zone. */
export interface CronSchedule {
  /** As Kubernetes takes it: without blanks around it, and without a time zone. */
  readonly expression: string;
  readonly timeZone: string;
  /** How far runs are apart, where the schedule says nothing else (`@every`): it has no times of its own then. */
  readonly intervalMs: number | undefined;
  /** The first start after `time` (never `time` itself); undefined when there is none, such as on February 30. */
  next(time: Date): Date | undefined;
  /** The last start before `time` (never `time` itself); undefined when there is none. */
  previous(time: Date): Date | undefined;
  /** The last start after `since` until `time`; those of `@every` are counted from `since`. */
  latest(since: Date, time: Date): Date | undefined;
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
 * Parse five cron fields, a nickname such as `@daily`, or `@every 1h30m`, as Kubernetes reads them. `TZ=` or `CRON_TZ=`
 * before them names the time zone, where `timeZone` does not.
 * @param timeZone an IANA name; UTC when left out or empty
 * @throws Failure `invalid-input` for what Kubernetes refuses
 */
export function parseCron(expression: string, timeZone?: string): CronSchedule {
  try {
    const given = splitZone(expression, timeZone);
    const zone = findTimeZone(given.timeZone);
    if (!zone) {
      throw new RangeError('there is no such time zone');
    }
    return given.expression.startsWith('@every ')
      ? everySchedule(given.expression, zone)
      : fieldsSchedule(given.expression, zone);
  } catch (cause) {
    throw new Failure(
      'invalid-input',
      `"${expression}" in time zone "${timeZone ?? 'UTC'}" is not a schedule: ${cause instanceof Error ? cause.message : cause}; write five cron fields such as "00 02 * * *" and an IANA time zone such as Europe/Warsaw`,
      { cause },
    );
  }
}

function splitZone(expression: string, timeZone = '') {
  const [, own, rest] = /^(?:CRON_)?TZ=([^ ]*) (.*)$/s.exec(expression) ?? [];
  if (own !== undefined && timeZone !== '') {
    throw new RangeError('the time zone is given twice');
  }
  return { expression: trim(rest ?? expression), timeZone: own || timeZone || 'UTC' };
}

function trim(text: string): string {
  const words = wordsOf(text);
  const start = text.indexOf(words[0] ?? '');
  const last = words.at(-1) ?? '';
  return text.slice(start, text.lastIndexOf(last) + last.length);
}

function fieldsSchedule(expression: string, zone: TimeZone): CronSchedule {
  const fields: CronFields = parseFields(nicknames[expression] ?? expression);
  const next = (afterMs: number) => nextRun(fields, zone, afterMs);
  const previous = (beforeMs: number) => previousRun(next, beforeMs);
  return {
    expression,
    timeZone: zone.name,
    intervalMs: undefined,
    next: (time) => dateOf(next(time.getTime())),
    previous: (time) => dateOf(previous(time.getTime())),
    latest: (since, time) => {
      const first = next(since.getTime());
      const isNone = first === undefined || first > time.getTime();
      return isNone ? undefined : dateOf(previous(time.getTime() + 1));
    },
  };
}

/** Runs that are only an interval apart: each is counted from the time that is asked about. */
function everySchedule(expression: string, zone: TimeZone): CronSchedule {
  const intervalMs = parseInterval(expression.slice('@every '.length));
  const secondOf = (ms: number) => Math.floor(ms / 1000) * 1000;
  return {
    expression,
    timeZone: zone.name,
    intervalMs,
    next: (time) => new Date(secondOf(time.getTime()) + intervalMs),
    previous: (time) => new Date(-secondOf(-time.getTime()) - intervalMs),
    latest: (since, time) => {
      const start = secondOf(since.getTime());
      const count = Math.floor((time.getTime() - start) / intervalMs);
      return count > 0 ? new Date(start + count * intervalMs) : undefined;
    },
  };
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
