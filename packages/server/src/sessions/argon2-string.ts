import { Failure } from '@backup-maker/model';
import { unwrapEntry } from '../documents/secret-entry.ts';

/** A stored Argon2id hash: `$argon2id$v=19$m=65536,t=1,p=4$<salt>$<hash>`. */
export interface Argon2Hash {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** What a stored hash may ask for: somebody who writes a user must not be able to exhaust the server. */
const bounds = {
  memoryKib: { min: 8, max: 256 * 1024 },
  passes: { min: 1, max: 16 },
  parallelism: { min: 1, max: 16 },
  saltBytes: { min: 8, max: 64 },
  hashBytes: { min: 16, max: 64 },
} as const;

const pattern =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]{1,128}={0,2})\$([A-Za-z0-9+/]{1,128}={0,2})$/;

/**
 * Read an Argon2id string, in the base64 that `--encode-password` prints, or as it is, or in the base64 that an API
 * server puts around either.
 * @throws Failure `invalid-input` when it is none, or its parameters are out of bounds
 */
export function parseStoredPassword(stored: string): Argon2Hash {
  const match = pattern.exec(unwrapEntry(stored, pattern) ?? '');
  if (!match) {
    throw new Failure(
      'invalid-input',
      'is neither an Argon2id string nor the base64 of one: make one with `backup-repository --encode-password -`',
    );
  }
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  const parsed = {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
  insistOnBounds(parsed);
  return parsed;
}

/** The base64 of the string form, with padded salt and hash: other servers of the ecosystem read no other. */
export function formatStoredPassword({ memoryKib, passes, parallelism, salt, hash }: Argon2Hash): string {
  const parameters = `m=${memoryKib},t=${passes},p=${parallelism}`;
  const text = `$argon2id$v=19$${parameters}$${salt.toString('base64')}$${hash.toString('base64')}`;
  return Buffer.from(text).toString('base64');
}

function insistOnBounds({ salt, hash, ...parameters }: Argon2Hash): void {
  const values = { ...parameters, saltBytes: salt.length, hashBytes: hash.length };
  for (const [name, { min, max }] of Object.entries(bounds)) {
    const value = values[name as keyof typeof bounds];
    if (value < min || value > max) {
      throw new Failure('invalid-input', `has ${name} ${value}: it must be ${min} to ${max}`);
    }
  }
}
