import { createHash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { countLoginAttempt, findLoginAttempts } from '../database/login-attempts.ts';
import { rateLimited } from './rate-limited.ts';

export interface LoginLimitOptions {
  readonly database: Database;
  /** Of one user (or access key) from one address. */
  readonly maxFailedLoginsPerMinute: number;
}

export interface LoginAttempt {
  readonly address: string;
  /** As it was given: whether there is such a user makes no difference. */
  readonly username: string;
}

const minuteMs = 60_000;
/** An address may be that of many: of all their users it may fail so many times as often. */
const usersOfAddress = 10;

/**
 * Let a bounded number of passwords be guessed a minute, at all servers together and across restarts: of a user from
 * one address, and more widely from one address. What succeeds is not counted, so that nobody uses up what others
 * behind the same address need.
 * @throws Failure `rate-limited` with the time to wait
 */
export async function limitFailedLogins(
  { database, maxFailedLoginsPerMinute: ofUser }: LoginLimitOptions,
  attempt: LoginAttempt,
): Promise<void> {
  const bounds = [
    { source: userOf(attempt), most: ofUser },
    { source: attempt.address, most: ofUser * usersOfAddress },
  ];
  for (const { source, most } of bounds) {
    const { count, leftMs } = await findLoginAttempts(database, source);
    if (count >= most) {
      throw rateLimited(leftMs);
    }
  }
}

/** Remember that an attempt failed. */
export async function countFailedLogin(
  { database }: LoginLimitOptions,
  attempt: LoginAttempt,
): Promise<void> {
  await countLoginAttempt(database, userOf(attempt), minuteMs);
  await countLoginAttempt(database, attempt.address, minuteMs);
}

/** Of one length, whatever somebody gives as a user. */
function userOf({ address, username }: LoginAttempt): string {
  return `${address} ${createHash('sha256').update(username).digest('base64url')}`;
}
