/** The periods of the calendar of which a rotation keeps one version each. */
export const calendarPeriods = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

export type CalendarPeriod = (typeof calendarPeriods)[number];

/** Names the hour, day, ISO 8601 week, month or year that a time falls into in a time zone. */
export type PeriodNamer = (period: CalendarPeriod, timeMs: number) => string;

/** A namer for an IANA time zone; making one is slow, using it is not. */
export function periodNamer(timeZone: string): PeriodNamer {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    hourCycle: 'h23',
  });
  return (period, timeMs) => {
    const parts = format.formatToParts(timeMs);
    const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
    return periodName(period, timeMs, {
      year: read('year'),
      month: read('month'),
      day: read('day'),
      hour: read('hour'),
    });
  };
}

interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

function periodName(period: CalendarPeriod, timeMs: number, { year, month, day, hour }: LocalDate): string {
  switch (period) {
    case 'hourly':
      // The hour that a clock repeats in autumn is two hours: the hour in UTC tells them apart.
      return `${year}-${month}-${day}T${hour}/${Math.floor(timeMs / 3_600_000)}`;
    case 'daily':
      return `${year}-${month}-${day}`;
    case 'weekly':
      return isoWeek(year, month, day);
    case 'monthly':
      return `${year}-${month}`;
    case 'yearly':
      return `${year}`;
    default:
      return period satisfies never;
  }
}

/** A week belongs to the year that its Thursday is in (ISO 8601). */
function isoWeek(year: number, month: number, day: number): string {
  const date = Date.UTC(year, month - 1, day);
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = new Date(date + (3 - weekday) * 86_400_000);
  const thursdayYear = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(thursdayYear, 0, 1)) / (7 * 86_400_000));
  return `${thursdayYear}-W${week}`;
}
