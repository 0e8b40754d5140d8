import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseCron } from '../../src/cron.ts';
import { isFailure } from '../../src/failure.ts';

/** What main.go says: schedule, time zone, time, and the starts after it. */
const answers = readFileSync(new URL('answers.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [string, string, string, string]);

function starts(expression: string, zone: string, from: string, count: number): string {
  const found: string[] = [];
  let time: Date | undefined = new Date(from);
  try {
    const schedule = parseCron(expression, zone);
    while (time && found.length < count) {
      time = schedule.next(time);
      found.push(time?.toISOString().replace('.000', '') ?? 'never');
    }
  } catch (error) {
    return isFailure(error) ? 'refused' : String(error);
  }
  return found.join(' ');
}

it.each(answers)('%s in %s after %s begins as in Kubernetes', (expression, zone, from, expected) => {
  expect(starts(expression, zone, from, expected.split(' ').length)).toBe(expected);
});

/** Where the clock changes by half an hour Kubernetes skips midnights from some times and not from others. */
const withTimes = answers.filter(
  ([expression, zone, , expected]) =>
    !expression.startsWith('@every') && zone !== 'Australia/Lord_Howe' && !/refused|never/.test(expected),
);

it.each(withTimes)(
  '%s in %s after %s is found again when looking back',
  (expression, zone, _from, expected) => {
    const schedule = parseCron(expression, zone);
    const runs = expected.split(' ').map((run) => new Date(run));
    const looked = runs.slice(1).map((run) => schedule.previous(run));
    expect(looked).toEqual(runs.slice(0, -1));
  },
);
