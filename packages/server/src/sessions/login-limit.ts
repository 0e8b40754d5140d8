import type { Database } from '../database/database.ts';
import { countLoginAttempt } from '../database/login-attempts.ts';
import { rateLimited } from './rate-limited.ts';

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
    throw rateLimited(leftMs);
  }
}
