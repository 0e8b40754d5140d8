import { type CronSchedule, parseCron } from './cron.ts';
import { Failure } from './failure.ts';

/** A time span in which uploads are allowed: it opens at every start of the schedule. */
export interface BackupWindow {
  readonly schedule: CronSchedule;
  readonly durationMs: number;
}

/** One opening of a window; `end` is the first moment that is outside. */
export interface WindowSlot {
  readonly start: Date;
  readonly end: Date;
}

/** When a window opens. @throws Failure `invalid-input` for what is no schedule, or one without times of its own */
export function parseWindowStart(expression: string, timeZone?: string): CronSchedule {
  const schedule = parseCron(expression, timeZone);
  if (schedule.intervalMs !== undefined) {
    throw new Failure(
      'invalid-input',
      `"${expression}" says how far runs are apart, not when a window opens: write five cron fields such as "00 02 * * *"`,
    );
  }
  return schedule;
}

export type WindowDecision =
  /** `slot` is undefined for a collection without windows: it is always open. */
  | { readonly open: true; readonly slot: WindowSlot | undefined }
  | { readonly open: false; readonly nextStart: Date | undefined };

/** Is one of the windows open? Without any window it always is. */
export function decideWindow(windows: readonly BackupWindow[], now: Date): WindowDecision {
  if (windows.length === 0) {
    return { open: true, slot: undefined };
  }
  for (const window of windows) {
    const slot = currentSlot(window, now);
    if (slot && now < slot.end) {
      return { open: true, slot };
    }
  }
  const starts = windows
    .map((window) => window.schedule.next(now))
    .filter((start) => start !== undefined)
    .toSorted((a, b) => a.getTime() - b.getTime());
  return { open: false, nextStart: starts[0] };
}

/** The slot that began last, at `now` or before; undefined when there was none. */
function currentSlot(window: BackupWindow, now: Date): WindowSlot | undefined {
  const justAfter = new Date(now.getTime() + 1);
  const start = window.schedule.previous(justAfter);
  return start && { start, end: new Date(start.getTime() + window.durationMs) };
}

/** Was a version made at `createdAt` made in the latest slot, begun by `now`, of at least one window? */
export function isFromLatestSlot(windows: readonly BackupWindow[], createdAt: Date, now: Date): boolean {
  return windows.some((window) => {
    const slot = currentSlot(window, now);
    return slot !== undefined && createdAt >= slot.start && createdAt < slot.end;
  });
}
