import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@backup-maker/model';

/** Is `given` the secret? Takes the same time wherever they differ, and whatever their lengths. */
export function equalsSecret(given: string, secret: Secret): boolean {
  return timingSafeEqual(sha256(given), sha256(secret.reveal()));
}

/** Is `given` the text whose hex SHA-256 this is? */
export function matchesSha256(given: string, hexDigest: string): boolean {
  const wanted = Buffer.from(hexDigest, 'hex');
  const actual = sha256(given);
  return wanted.length === actual.length && timingSafeEqual(actual, wanted);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
