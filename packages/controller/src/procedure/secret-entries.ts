import { Secret as Hidden } from '@backup-maker/model';
import type { Secret } from '../kinds.ts';
import { missing } from '../problem.ts';

/** The decoded entries of a Secret. */
export function entriesOf(secret: Secret): Readonly<Record<string, Hidden>> {
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, new Hidden(decodeBase64(value))]),
  );
}

/** One entry. @throws Failure `not-found` that names Secret and entry */
export function requireEntry(secret: Secret, entry: string): Hidden {
  const value = Object.hasOwn(secret.data ?? {}, entry) ? secret.data?.[entry] : undefined;
  if (value === undefined) {
    throw missing('SecretEntryMissing', `Secret "${secret.metadata.name}" has no entry "${entry}"`);
  }
  return new Hidden(decodeBase64(value));
}

/** One entry, or undefined where the Secret lacks it or has it empty. */
export function findEntry(secret: Secret, entry: string): Hidden | undefined {
  const value = Object.hasOwn(secret.data ?? {}, entry) ? secret.data?.[entry] : undefined;
  return value ? new Hidden(decodeBase64(value)) : undefined;
}

function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

export function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
