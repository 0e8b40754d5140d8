import { Failure, type Secret } from '@backup-maker/model';
import type { Documents } from '../documents/documents.ts';
import { describeEntry } from '../documents/secret-entry.ts';
import type { PasswordSource, User } from '../documents/user.ts';
import { type Argon2Hash, parseStoredPassword } from './argon2-string.ts';

export type StoredPassword =
  | { readonly kind: 'none' }
  | { readonly kind: 'hash'; readonly hash: Argon2Hash }
  /** There should be one; the problem says whose and where, and does not show it. */
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The password of a user, or of one of its access keys. */
export async function findStoredPassword(
  documents: Documents,
  user: User,
  accessKeyName: string | undefined,
): Promise<StoredPassword> {
  const holder =
    accessKeyName === undefined ? user : user.accessKeys.find(({ name }) => name === accessKeyName);
  const owner = accessKeyName === undefined ? '' : `access key "${accessKeyName}" of `;
  const source = holder?.password;
  if (!source) {
    return { kind: 'none' };
  }
  const where = source.kind === 'inline' ? 'its field password' : describeEntry(source.entry);
  const text = await revealed(documents, source);
  if (!text) {
    return {
      kind: 'unreadable',
      problem: `${owner}user "${user.name}" has no password: there is no ${where}`,
    };
  }
  try {
    return { kind: 'hash', hash: parseStoredPassword(text.reveal()) };
  } catch (error) {
    const reason = error instanceof Failure ? error.message : 'it is malformed';
    return {
      kind: 'unreadable',
      problem: `the password of ${owner}user "${user.name}" cannot be read: ${where} ${reason}`,
    };
  }
}

/** What keeps somebody from logging in as a user: stored passwords and addresses that cannot be read. */
export async function userProblems(documents: Documents, user: User): Promise<readonly string[]> {
  const holders = [undefined, ...user.accessKeys.map(({ name }) => name)];
  const found = await Promise.all(holders.map((name) => findStoredPassword(documents, user, name)));
  return [
    ...found.flatMap((one) => (one.kind === 'unreadable' ? [one.problem] : [])),
    ...user.unreadableAddresses.map(
      (entry) =>
        `restrictByIP has "${entry}", which is neither an address nor a CIDR range and lets nobody in`,
    ),
  ];
}

async function revealed(documents: Documents, source: PasswordSource): Promise<Secret | undefined> {
  switch (source.kind) {
    case 'inline':
      return source.encoded;
    case 'secret':
      return documents.findSecret(source.entry);
    default:
      return source satisfies never;
  }
}
