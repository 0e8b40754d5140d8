import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Argon2Hash, formatStoredPassword } from './argon2-string.ts';
import { createGate } from './gate.ts';

/** What new hashes are made with; also the work that a login of an unknown user takes. */
const defaults = { memoryKib: 64 * 1024, passes: 1, parallelism: 4 } as const;
const hashBytes = 32;

/** Memory is what Argon2 is about: 64 MiB for each that runs. */
const maxRunning = 2;
const maxWaiting = 100;

/** Checks passwords: a few at a time, the others wait, and too many are turned away. */
export interface PasswordChecker {
  /**
   * Is this the password that was stored? Without a stored one the answer is no and takes as long as any other.
   * `admit` is asked when the turn has come, and may reject: who has to wait or is turned away before that costs
   * nothing.
   * @throws Failure `rate-limited` when too many wait already
   */
  check(password: string, stored: Argon2Hash | undefined, admit?: () => Promise<void>): Promise<boolean>;
}

export function createPasswordChecker(): PasswordChecker {
  const gate = createGate({ maxRunning, maxWaiting });
  const nobody: Argon2Hash = { ...defaults, salt: randomBytes(16), hash: randomBytes(hashBytes) };
  return {
    async check(password, stored, admit = async () => {}) {
      const wanted = stored ?? nobody;
      const actual = await gate.run(async () => {
        await admit();
        return derive(password, wanted);
      });
      return timingSafeEqual(actual, wanted.hash) && stored !== undefined;
    },
  };
}

/** The base64 of an Argon2id string with a new salt, to be written into `spec.password`. */
export async function encodePassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, { ...defaults, salt, hash: Buffer.alloc(hashBytes) });
  return formatStoredPassword({ ...defaults, salt, hash });
}

async function derive(password: string, parameters: Argon2Hash): Promise<Buffer> {
  return promisify(argon2)('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce: parameters.salt,
    memory: parameters.memoryKib,
    passes: parameters.passes,
    parallelism: parameters.parallelism,
    tagLength: parameters.hash.length,
  });
}
