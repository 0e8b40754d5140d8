import { type LoginRequest, messages, type OperationsScope } from '@backup-maker/api';
import { Failure, parseDuration, type Secret } from '@backup-maker/model';
import { insertSession } from '../database/sessions.ts';
import type { PasswordSource, User } from '../documents/user.ts';
import type { AuthenticateOptions } from './authenticate.ts';
import { limitLogins } from './login-limit.ts';
import type { PasswordChecker } from './password.ts';
import { sessionIdOf } from './token.ts';

export interface LoginOptions extends AuthenticateOptions {
  readonly passwords: PasswordChecker;
  /** From one client address. */
  readonly maxLoginsPerMinute: number;
  /** How long a token lasts at most, and by default. */
  readonly maxTokenMs: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/**
 * Check a user name (or `user$accessKey`) and password, and give a token.
 * @throws Failure `unauthenticated`, the same and after the same time whatever was wrong with the pair;
 *   `invalid-input` for a bad `expiresIn`, `rate-limited` for too many attempts
 */
export async function login(
  options: LoginOptions,
  request: LoginRequest,
  address: string,
): Promise<IssuedToken> {
  const durationMs = tokenDuration(request.expiresIn, options.maxTokenMs);
  const [userName = '', accessKeyName] = splitOnce(request.username, '$');
  const user = await findUsableUser(options, userName);
  const source = accessKeyName === undefined ? user?.password : accessKeyOf(user, accessKeyName)?.password;
  const stored = await revealed(options, source);
  const matches = await options.passwords.check(request.password, stored, () =>
    limitLogins(options, address),
  );
  if (!matches || !user || user.deactivated || !user.allowsAddress(address)) {
    throw new Failure('unauthenticated', messages.wrongCredentials);
  }
  return issueToken(options, {
    userName: user.name,
    accessKeyName,
    scope: request.operationsScope,
    address,
    description: 'login',
    durationMs,
  });
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

function tokenDuration(expiresIn: string | undefined, maxTokenMs: number): number {
  if (expiresIn === undefined) {
    return maxTokenMs;
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

function accessKeyOf(user: User | undefined, name: string) {
  return user?.accessKeys.find((key) => key.name === name);
}

async function revealed(
  { documents }: LoginOptions,
  source: PasswordSource | undefined,
): Promise<Secret | undefined> {
  switch (source?.kind) {
    case undefined:
      return undefined;
    case 'inline':
      return source.encoded;
    case 'secret':
      return documents.findSecret(source.entry);
    default:
      return source satisfies never;
  }
}
