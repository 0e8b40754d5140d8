import type { Documents } from '../documents/documents.ts';
import { describeEntry, type SecretEntry, unwrapEntry } from '../documents/secret-entry.ts';
import { matchesSha256 } from './constant-time.ts';

/** What somebody must show who asks for the health of a collection. */
export type HealthCode =
  /** Nothing: the collection has no health code. */
  | { readonly kind: 'none' }
  | { readonly kind: 'code'; readonly matches: (given: string) => boolean }
  /** There is one, and nobody can show it. */
  | { readonly kind: 'unreadable'; readonly problem: string };

const hexSha256 = /^[0-9a-f]{64}$/i;

/** The health code of a collection; undefined when the collection is unknown. */
export async function findHealthCode(
  documents: Documents,
  collection: string,
): Promise<HealthCode | undefined> {
  const ref = await documents.findHealthCodeRef(collection);
  switch (ref?.kind) {
    case undefined:
      return undefined;
    case 'none':
      return ref;
    case 'unreadable':
      return { kind: 'unreadable', problem: 'its healthSecretRef names no Secret and entry' };
    case 'entry':
      return readCode(documents, ref.entry);
    default:
      return ref satisfies never;
  }
}

async function readCode(documents: Documents, entry: SecretEntry): Promise<HealthCode> {
  const text = await documents.findSecret(entry);
  if (!text) {
    return { kind: 'unreadable', problem: `the health code is missing: there is no ${describeEntry(entry)}` };
  }
  const digest = unwrapEntry(text.reveal(), hexSha256);
  return digest === undefined
    ? {
        kind: 'unreadable',
        problem: `the health code cannot be read: ${describeEntry(entry)} is not the hex SHA-256 of a code`,
      }
    : { kind: 'code', matches: (given) => matchesSha256(given, digest) };
}
