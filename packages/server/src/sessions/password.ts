import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Failure, type Secret } from '@backup-maker/model';
import { type Argon2Hash, formatStoredPassword, parseStoredPassword } from './argon2-string.ts';
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
   * Is this the password that was stored (base64 of an Argon2id string)? Without a stored one, or with one that
   * cannot be read, the answer is no and takes as long as any other. `admit` is asked when the turn has come, and
   * may reject: who has to wait or is turned away before that costs nothing.
   * @throws Failure `rate-limited` when too many wait already
   */
  check(password: string, stored: Secret | undefined, admit?: () => Promise<void>): Promise<boolean>;
}

export interface PasswordCheckerOptions {
  /** Told of a stored password that cannot be read; the message does not show it. */
  readonly onUnreadable?: (message: string) => void;
}

export function createPasswordChecker(options: PasswordCheckerOptions = {}): PasswordChecker {
  const gate = createGate({ maxRunning, maxWaiting });
  const nobody: Argon2Hash = { ...defaults, salt: randomBytes(16), hash: randomBytes(hashBytes) };
  const read = (stored: Secret | undefined) => {
    try {
      return stored && parseStoredPassword(stored.reveal());
    } catch (error) {
      options.onUnreadable?.(error instanceof Failure ? error.message : 'a stored password cannot be read');
      return undefined;
    }
  };
  return {
    async check(password, stored, admit = async () => {}) {
      const known = read(stored);
      const wanted = known ?? nobody;
      const actual = await gate.run(async () => {
        await admit();
        return derive(password, wanted);
      });
      return timingSafeEqual(actual, wanted.hash) && known !== undefined;
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
