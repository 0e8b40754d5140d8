import { Secret } from '@backup-maker/model';
import type { RawDocument } from './source.ts';

export interface SecretEntry {
  /** Of the Secret. */
  readonly name: string;
  readonly entry: string;
}

/** An entry of a Secret: `stringData` is how people write one, `data` (base64) how the API server gives it. */
export function readSecretEntry(raw: RawDocument, entry: string): Secret | undefined {
  const { data, stringData } = fieldsOf(raw);
  const plain = ownText(stringData, entry);
  if (plain !== undefined) {
    return new Secret(plain);
  }
  const encoded = ownText(data, entry);
  return encoded === undefined ? undefined : new Secret(Buffer.from(encoded, 'base64').toString('utf8'));
}

/** Where the health secret of a collection is, also of one that is otherwise not valid. */
export function readHealthSecretRef(raw: RawDocument): SecretEntry | undefined {
  const { healthSecretRef } = fieldsOf(fieldsOf(raw).spec);
  const name = ownText(healthSecretRef, 'name');
  const entry = ownText(healthSecretRef, 'entry');
  return name !== undefined && entry !== undefined ? { name, entry } : undefined;
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
