import { randomBytes, randomUUID } from 'node:crypto';

/** What makes objects unique; handed in, so that tests can foretell it. */
export interface Identity {
  readonly uid: () => string;
  /** Five characters for the end of a generated name. */
  readonly suffix: () => string;
}

/** Without vowels and look-alikes: no name becomes a word. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export const randomIdentity: Identity = {
  uid: randomUUID,
  suffix: () => Array.from(randomBytes(5), (byte) => alphabet[byte % alphabet.length]).join(''),
};
