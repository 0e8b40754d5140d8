import { Failure } from '@backup-maker/model';

/** Too much was asked for; `leftMs` from now it may be tried again. */
export function rateLimited(leftMs: number): Failure {
  const retryAfterSeconds = Math.ceil(leftMs / 1000);
  return new Failure('rate-limited', `too many requests. Try again in ${retryAfterSeconds} s`, {
    details: { retryAfterSeconds },
  });
}
