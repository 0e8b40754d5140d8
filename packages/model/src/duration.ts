import { Failure } from './failure.ts';

/** Milliseconds of a unit; `d` is 24 hours and `w` seven of those, whatever a time zone does. */
const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

export const durationPattern = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$';

/**
 * Milliseconds of a duration such as `30m`, `1h30m`, `0h05m0s`, `1.5h` or `5d`.
 * @throws Failure `invalid-input` when the text is no duration, or more than 2^53 − 1 ms.
 */
export function parseDuration(text: string): number {
  let totalMs = 0;
  if (text.length <= 64 && new RegExp(durationPattern).test(text)) {
    for (const [, amount, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|[smhdw])/g)) {
      totalMs += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN);
    }
  } else {
    totalMs = Number.NaN;
  }
  if (!(totalMs <= Number.MAX_SAFE_INTEGER)) {
    throw new Failure(
      'invalid-input',
      `"${text}" is not a duration: write it like 30m, 1h30m or 5d (ms, s, m, h, d or w)`,
    );
  }
  return Math.round(totalMs);
}

/** A duration for people, two units at most: `1h 30m`, `2.4s`, `350ms`. Not to be parsed again. */
export function formatDuration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)}ms`;
  }
  if (ms < 60_000) {
    return `${(Math.floor(ms / 100) / 10).toString()}s`;
  }
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}
