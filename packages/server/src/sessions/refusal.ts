import { messages } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import type { User } from '../documents/user.ts';

/** Why somebody with the right password or token is not let in: for the log and the audit log, never for the caller. */
export type RefusalReason = 'user-deactivated' | 'address-not-allowed';

/** A 401 in the words of any other, which only the logs tell apart. */
export function refusal(message: string, refused: RefusalReason, user: string): Failure {
  return new Failure('unauthenticated', message, { details: { refused, user } });
}

/** @throws Failure `unauthenticated` when the user may not come from this address */
export function insistOnAddress(user: User, address: string): void {
  if (!user.allowsAddress(address)) {
    throw refusal(messages.wrongCredentials, 'address-not-allowed', user.name);
  }
}
