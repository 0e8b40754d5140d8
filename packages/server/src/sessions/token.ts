import { createHash, randomUUID } from 'node:crypto';
import { Failure, type Secret } from '@backup-maker/model';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';

/** Signs and checks tokens: JWT with HS256 (RFC 7519, RFC 7515). */
export interface TokenSigner {
  sign(claims: TokenClaims): Promise<string>;
  /** The id of the session that a token stands for; undefined when it is not one of ours, or over. */
  verify(token: string): Promise<string | undefined>;
}

export interface TokenClaims {
  readonly login: string;
  readonly accessKeyName: string | undefined;
  readonly operationsScope: object | undefined;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface TokenSignerOptions {
  readonly key: Secret;
  readonly now: () => number;
  /** Refuse a key that is too short. */
  readonly strict: boolean;
  /** Told of one otherwise. */
  readonly onWarning: (message: string) => void;
}

/** RFC 7518, 3.2: a key for HS256 has at least the size of the hash. */
const minKeyBytes = 32;
const maxTokenLength = 64 * 1024;

/** @throws Failure `invalid-input` when there is no key, or one that is too short and must not be */
export function createTokenSigner({ key, now, strict, onWarning }: TokenSignerOptions): TokenSigner {
  const bytes = Buffer.from(key.reveal(), 'utf8');
  if (bytes.length < minKeyBytes) {
    const remedy = `give at least ${minKeyBytes} random characters with --jwt-secret-key or BR_JWT_SECRET_KEY`;
    if (bytes.length === 0 || strict) {
      throw new Failure('invalid-input', `the JWT secret key is missing or too short: ${remedy}`);
    }
    // Existing installations have such keys, and a server that does not start makes no backups.
    onWarning(
      `INSECURE: the JWT secret key has only ${bytes.length} characters and may be guessed: ${remedy}. ` +
        'All tokens have to be made again then',
    );
  }
  return {
    async sign(claims) {
      const payload: JWTPayload = {
        login: claims.login,
        accessKeyName: claims.accessKeyName ?? '',
        operationsScope: claims.operationsScope ?? null,
        orig_iat: Math.floor(claims.issuedAtMs / 1000),
        exp: Math.floor(claims.expiresAtMs / 1000),
        // Two logins within the same second are two sessions.
        jti: randomUUID(),
      };
      return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(bytes);
    },
    async verify(token) {
      if (token.length > maxTokenLength) {
        return undefined;
      }
      try {
        await jwtVerify(token, bytes, {
          algorithms: ['HS256'],
          requiredClaims: ['exp'],
          currentDate: new Date(now()),
        });
        return sessionIdOf(token);
      } catch {
        // Forged, cut, expired, or made by another server: all the same to its bearer.
        return undefined;
      }
    },
  };
}

/** Hex SHA-256 of the token: enough to find its session, useless to somebody who reads the database. */
export function sessionIdOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
