import { Secret } from '@backup-maker/model';
import type { RawDocument } from './source.ts';

export interface SecretEntry {
  /** Of the Secret. */
  readonly name: string;
  readonly entry: string;
}

/**
 * The text of a Secret's entry as it stands there: below `stringData`, which is how people write one, or below `data`.
 * What is below `data` may be the base64 of a value, as an API server gives it, or the value itself: `unwrapEntry`
 * finds out.
 */
export function readSecretEntry(raw: RawDocument, entry: string): Secret | undefined {
  const { data, stringData } = fieldsOf(raw);
  const text = ownText(stringData, entry) ?? ownText(data, entry);
  return text === undefined ? undefined : new Secret(text);
}

/** One that an API server puts around `data`, and one that whoever made the value put around it. */
const maxLayers = 2;

/** The value that an entry stands for: the text itself, or what is in the base64 of it, where it looks like `pattern`. */
export function unwrapEntry(text: string, pattern: RegExp): string | undefined {
  let inner = text.trim();
  for (let layer = 0; layer < maxLayers && !pattern.test(inner); layer += 1) {
    inner = Buffer.from(inner, 'base64').toString('utf8').trim();
  }
  return pattern.test(inner) ? inner : undefined;
}

/** Where the hex SHA-256 of a collection's health code is. */
export type HealthCodeRef =
  /** The collection has none: its health is open to all. */
  | { readonly kind: 'none' }
  | { readonly kind: 'entry'; readonly entry: SecretEntry }
  | { readonly kind: 'unreadable' };

/** Also of a collection that is otherwise not valid: its health is asked for then more than ever. */
export function readHealthCodeRef(raw: RawDocument): HealthCodeRef {
  const { healthSecretRef } = fieldsOf(fieldsOf(raw).spec);
  if (healthSecretRef === undefined || healthSecretRef === null) {
    return { kind: 'none' };
  }
  const name = ownText(healthSecretRef, 'name');
  const entry = ownText(healthSecretRef, 'entry');
  if (name === '') {
    return { kind: 'none' };
  }
  return name && entry ? { kind: 'entry', entry: { name, entry } } : { kind: 'unreadable' };
}

/** How messages name an entry. */
export function describeEntry({ name, entry }: SecretEntry): string {
  return `entry "${entry}" of Secret "${name}"`;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function ownText(holder: unknown, key: string): string | undefined {
  const fields = fieldsOf(holder);
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}
