import { Failure } from '@backup-maker/model';
import type { Database } from '../database/database.ts';
import { countLoginAttempt } from '../database/login-attempts.ts';

export interface LoginLimitOptions {
  readonly database: Database;
  readonly maxLoginsPerMinute: number;
}

const minuteMs = 60_000;

/**
 * Let an address guess a bounded number of passwords a minute, at all servers together and across restarts.
 * @throws Failure `rate-limited` with the time to wait
 */
export async function limitLogins(
  { database, maxLoginsPerMinute }: LoginLimitOptions,
  address: string,
): Promise<void> {
  const { count, leftMs } = await countLoginAttempt(database, address, minuteMs);
  if (count > maxLoginsPerMinute) {
    const retryAfterSeconds = Math.ceil(leftMs / 1000);
    throw new Failure('rate-limited', `too many requests. Try again in ${retryAfterSeconds} s`, {
      details: { retryAfterSeconds },
    });
  }
}
