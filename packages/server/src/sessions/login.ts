import { type LoginRequest, messages, type OperationsScope } from '@backup-maker/api';
import { Failure, parseDuration } from '@backup-maker/model';
import type { FastifyBaseLogger } from 'fastify';
import { insertSession } from '../database/sessions.ts';
import type { User } from '../documents/user.ts';
import type { AuthenticateOptions } from './authenticate.ts';
import { countFailedLogin, limitFailedLogins } from './login-limit.ts';
import type { PasswordChecker } from './password.ts';
import { insistOnAddress, refusal } from './refusal.ts';
import { findStoredPassword, type StoredPassword } from './stored-password.ts';
import { sessionIdOf } from './token.ts';

export interface LoginOptions extends AuthenticateOptions {
  readonly passwords: PasswordChecker;
  readonly logger: Pick<FastifyBaseLogger, 'warn'>;
  /** Of one user from one address. */
  readonly maxFailedLoginsPerMinute: number;
  /** How long a token lasts at most, and by default for an access key: machines keep theirs. */
  readonly maxTokenMs: number;
  /** How long it lasts by default for a user's own password. */
  readonly personTokenMs: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/**
 * Check a user name (or `user$accessKey`) and password, and give a token.
 * @throws Failure `unauthenticated`, the same and after the same time whatever was wrong with the pair;
 *   `invalid-input` for a bad `expiresIn`, `rate-limited` for too many attempts that failed
 */
export async function login(
  options: LoginOptions,
  request: LoginRequest,
  address: string,
): Promise<IssuedToken> {
  const [userName = '', accessKeyName] = splitOnce(request.username, '$');
  const durationMs = tokenDuration(options, request.expiresIn, accessKeyName !== undefined);
  const user = await findUsableUser(options, userName);
  const stored = await storedPasswordOf(options, user, accessKeyName);
  const attempt = { address, username: request.username };
  const matches = await options.passwords.check(request.password, stored, () =>
    limitFailedLogins(options, attempt),
  );
  try {
    insistOnLogin(matches ? user : undefined, address);
  } catch (error) {
    // Also with the right password: nobody may learn from the limit that it is the right one.
    await countFailedLogin(options, attempt);
    throw error;
  }
  return issueToken(options, {
    userName,
    accessKeyName,
    scope: request.operationsScope,
    address,
    description: 'login',
    durationMs,
  });
}

/** @param user whose password it was; undefined: nobody's */
function insistOnLogin(user: User | undefined, address: string): void {
  if (!user) {
    throw new Failure('unauthenticated', messages.wrongCredentials);
  }
  if (user.deactivated) {
    throw refusal(messages.wrongCredentials, 'user-deactivated', user.name);
  }
  insistOnAddress(user, address);
}

export interface TokenOrder {
  readonly userName: string;
  readonly accessKeyName: string | undefined;
  readonly scope: OperationsScope | undefined;
  readonly address: string;
  readonly description: string;
  readonly durationMs: number;
}

/** Sign a token and record its session. */
export async function issueToken(options: LoginOptions, order: TokenOrder): Promise<IssuedToken> {
  const issuedAtMs = options.now();
  // Whole seconds, as the token has them: the row and the token end together.
  const expiresAtMs = Math.floor((issuedAtMs + order.durationMs) / 1000) * 1000;
  const token = await options.tokens.sign({
    login: order.userName,
    accessKeyName: order.accessKeyName,
    operationsScope: order.scope,
    issuedAtMs,
    expiresAtMs,
  });
  const sessionId = sessionIdOf(token);
  await insertSession(options.database, {
    id: sessionId,
    userName: order.userName,
    accessKeyName: order.accessKeyName,
    scope: order.scope,
    description: order.description,
    requesterAddress: order.address,
    expiresAtMs,
    createdAtMs: issuedAtMs,
  });
  return { token, sessionId, expiresAtMs };
}

function tokenDuration(
  { maxTokenMs, personTokenMs }: LoginOptions,
  expiresIn: string | undefined,
  isMachine: boolean,
): number {
  if (expiresIn === undefined) {
    return isMachine ? maxTokenMs : personTokenMs;
  }
  const durationMs = parseDuration(expiresIn);
  if (durationMs < 1000) {
    throw new Failure('invalid-input', 'expiresIn must be at least one second');
  }
  return Math.min(durationMs, maxTokenMs);
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A user whose definition is not valid cannot log in, and is not told apart from one that is unknown. */
async function findUsableUser({ documents }: LoginOptions, name: string): Promise<User | undefined> {
  try {
    return await documents.findUser(name);
  } catch (error) {
    await documents.check();
    return error instanceof Failure ? undefined : raise(error);
  }
}

function raise(error: unknown): never {
  throw error;
}

async function storedPasswordOf(
  { documents, logger }: LoginOptions,
  user: User | undefined,
  accessKeyName: string | undefined,
) {
  const stored: StoredPassword = user
    ? await findStoredPassword(documents, user, accessKeyName)
    : { kind: 'none' };
  if (stored.kind === 'unreadable') {
    logger.warn(stored.problem);
  }
  return stored.kind === 'hash' ? stored.hash : undefined;
}
