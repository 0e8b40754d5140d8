import { Failure } from '@backup-maker/model';

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
 * Read the base64 of an Argon2id string, as `spec.password` has it.
 * @throws Failure `invalid-input` when it is none, or its parameters are out of bounds
 */
export function parseStoredPassword(base64: string): Argon2Hash {
  const text = Buffer.from(base64.trim(), 'base64').toString('utf8').trim();
  const match = pattern.exec(text);
  if (!match) {
    throw new Failure(
      'invalid-input',
      'a stored password is not the base64 of an Argon2id string: make one with `backup-repository --encode-password -`',
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

/** The base64 of the string form, with unpadded salt and hash as the reference implementation writes them. */
export function formatStoredPassword({ memoryKib, passes, parallelism, salt, hash }: Argon2Hash): string {
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const parameters = `m=${memoryKib},t=${passes},p=${parallelism}`;
  const text = `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(hash)}`;
  return Buffer.from(text).toString('base64');
}

function insistOnBounds({ salt, hash, ...parameters }: Argon2Hash): void {
  const values = { ...parameters, saltBytes: salt.length, hashBytes: hash.length };
  for (const [name, { min, max }] of Object.entries(bounds)) {
    const value = values[name as keyof typeof bounds];
    if (value < min || value > max) {
      throw new Failure(
        'invalid-input',
        `a stored password has ${name} ${value}: it must be ${min} to ${max}`,
      );
    }
  }
}
