import { connectionFailure, failureOfAnswer } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { apiOf } from '../api.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import {
  loadPrivateKeys,
  loadRecipients,
  type PrivateKeySettings,
  parsePrivateKey,
  parseRecipients,
  parseSignKey,
  type RecipientSettings,
} from '../keys.ts';
import { type Column, printRows } from '../output.ts';
import { startCommand } from '../process.ts';
import { openServer, parseCollectionId, parseServer, type Server, type ServerSettings } from '../server.ts';
import { politeRetry, retrying } from '../transfer/retry.ts';
import { createUploadSession } from '../transfer/upload-session.ts';
import { collect, define } from './definition.ts';

interface DoctorSettings {
  readonly server: ServerSettings;
  /** How long to wait altogether for a server that wants a pause. */
  readonly patienceMs: number;
  readonly collectionId: string | undefined;
  readonly recipients: RecipientSettings;
  readonly privateKey: PrivateKeySettings | undefined;
  readonly signKey: PrivateKeySettings | undefined;
}

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** What was found, or what is wrong and what to do about it. */
  readonly message: string;
}

/** `opened` is the server with its token, which can be read once where it comes from a pipe. */
type Check = (settings: DoctorSettings, context: Context, opened: Promise<Server>) => Promise<string>;

const maxClockDifferenceMs = 60_000;
/** Who examines does not want to wait as long as a backup does. */
const longestAnswerMs = 10_000;
/** Longer than the minute that a server counts requests for. */
const longestPauseMs = 90_000;
const soonMs = 24 * 60 * 60 * 1000;

const columns: readonly Column<Finding>[] = [
  { title: 'CHECK', value: (finding) => finding.check },
  { title: 'RESULT', value: (finding) => (finding.ok ? 'ok' : 'FAILED') },
  { title: 'MESSAGE', value: (finding) => finding.message },
];

export const doctor = define<DoctorSettings>({
  name: 'doctor',
  describe: (command) =>
    command
      .description('Check everything that a backup and a restore need, and say what to do')
      .option('-k, --key <file>', 'key to encrypt to; repeatable (BM_PUBLIC_KEY_PATH)', collect)
      .option('-r, --recipient <id>', 'which of the keys; repeatable (BM_RECIPIENT)', collect)
      .option('-p, --private-key <file>', 'key to decrypt with (BM_PRIVATE_KEY_PATH)')
      .option('--passphrase <text>', 'of the private key; better BM_PASSPHRASE or BM_PASSPHRASE_FILE')
      .option('--sign-key <file>', 'key to sign with (BM_SIGN_KEY_PATH, BM_SIGN_PASSPHRASE)'),
  parse: (input) => ({
    ...parseHurriedServer(input),
    collectionId: hasCollection(input) ? parseCollectionId(input) : undefined,
    recipients: parseRecipients(input),
    privateKey: parsePrivateKey(input),
    signKey: parseSignKey(input),
  }),
  run: examine,
});

function parseHurriedServer(input: Input): Pick<DoctorSettings, 'server' | 'patienceMs'> {
  const server = parseServer(input);
  return {
    server: { ...server, timeoutMs: Math.min(server.timeoutMs, longestAnswerMs) },
    patienceMs: Math.min(server.timeoutMs, longestPauseMs),
  };
}

function hasCollection(input: Input): boolean {
  return input.text('collectionId', 'BM_COLLECTION_ID') !== undefined;
}

/** In this order: the first one that fails is often the cause of those behind it. */
const checks: Readonly<Record<string, Check>> = {
  shell: checkShell,
  'public key': checkRecipients,
  'private key': ({ privateKey }) => checkUnlocked(privateKey, '--private-key'),
  'signing key': ({ signKey }) => checkUnlocked(signKey, '--sign-key'),
  server: checkServer,
  clock: checkClock,
  token: checkToken,
  collection: checkCollection,
  upload: checkUpload,
};

async function examine(settings: DoctorSettings, context: Context): Promise<void> {
  const findings: Finding[] = [];
  let first: unknown;
  const opened = openServer(settings.server);
  // The checks that need the token tell.
  opened.catch(() => {});
  for (const [check, run] of Object.entries(checks)) {
    try {
      findings.push({ check, ok: true, message: await run(settings, context, opened) });
    } catch (error) {
      first ??= error;
      findings.push({ check, ok: false, message: error instanceof Error ? error.message : String(error) });
    }
    context.signal.throwIfAborted();
  }
  printRows(context, { data: { checks: findings }, rows: findings, columns });
  if (first !== undefined) {
    const failed = findings.filter((finding) => !finding.ok).map((finding) => finding.check);
    // With the exit code of the first: it is often the cause of those behind it.
    const cause = Failure.from(first, 'internal', '');
    throw new Failure(cause.code, `failed: ${failed.join(', ')}`, { cause });
  }
}

async function checkShell(_settings: DoctorSettings, { env, signal }: Context): Promise<string> {
  await using command = startCommand({ kind: 'shell', text: 'true' }, { connect: 'stdin', env, signal });
  await command.ended();
  return 'bash runs';
}

async function checkRecipients({ recipients }: DoctorSettings): Promise<string> {
  const keys = await loadRecipients(recipients);
  if (keys.length === 0) {
    return 'none given (--key), not checked';
  }
  return `encrypts to ${keys.map((key) => key.userIds[0] ?? key.fingerprint).join(', ')}`;
}

async function checkUnlocked(key: PrivateKeySettings | undefined, flag: string): Promise<string> {
  if (key === undefined) {
    return `none given (${flag}), not checked`;
  }
  const keys = await loadPrivateKeys(key);
  return `unlocked ${keys.map(({ fingerprint }) => fingerprint).join(', ')}`;
}

async function checkServer(settings: DoctorSettings, context: Context): Promise<string> {
  const { server } = settings;
  const response = await healthAnswer(settings, context);
  if (!response.ok) {
    throw new Failure(
      'unavailable',
      `${server.url.host} answers with status ${response.status}: is the URL right?`,
    );
  }
  return `${server.url.host} answers`;
}

async function checkClock(settings: DoctorSettings, context: Context): Promise<string> {
  const response = await healthAnswer(settings, context);
  const serverTime = Date.parse(response.headers.get('date') ?? '');
  const differenceMs = Math.abs(Date.now() - serverTime);
  if (Number.isNaN(serverTime)) {
    return 'the server does not tell its time, not checked';
  }
  if (differenceMs > maxClockDifferenceMs) {
    const seconds = Math.round(differenceMs / 1000);
    throw new Failure(
      'internal',
      `the clocks of this machine and the server differ by ${seconds} s: synchronize them`,
    );
  }
  return 'agrees with the server';
}

async function healthAnswer({ server, patienceMs }: DoctorSettings, context: Context): Promise<Response> {
  const attempt = async () => {
    const response = await askHealth(server, context);
    if (response.status === 429) {
      throw failureOfAnswer(response.status, undefined, response.headers.get('retry-after'));
    }
    return response;
  };
  return retrying(attempt, politeRetry({ timeoutMs: patienceMs }, context));
}

async function askHealth({ url, timeoutMs }: ServerSettings, { fetch, signal }: Context): Promise<Response> {
  const health = new URL(url);
  health.pathname = `${health.pathname.replace(/\/$/, '')}/health`;
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(health, { signal: until, redirect: 'manual' });
    await response.body?.cancel();
    return response;
  } catch (cause) {
    throw connectionFailure(url, cause);
  }
}

async function checkToken(
  { server, patienceMs }: DoctorSettings,
  context: Context,
  opened: Promise<Server>,
): Promise<string> {
  if (server.token === undefined) {
    throw new Failure('invalid-input', 'none given: set BM_AUTH_TOKEN; `login` makes one');
  }
  const api = apiOf(await opened, context, patienceMs);
  const { grantedAccess } = await api.call('whoami', { signal: context.signal });
  const leftMs = Date.parse(grantedAccess.expiresAt) - Date.now();
  const warning = leftMs < soonMs ? ', which is soon: get a new one with `login`' : '';
  return `of ${grantedAccess.user}, valid until ${grantedAccess.expiresAt}${warning}`;
}

async function checkCollection(
  { collectionId, patienceMs }: DoctorSettings,
  context: Context,
  opened: Promise<Server>,
): Promise<string> {
  if (collectionId === undefined) {
    return 'none given (--collection-id), not checked';
  }
  const api = apiOf(await opened, context, patienceMs);
  const { collection } = await api.call('collection', {
    params: { collection: collectionId },
    signal: context.signal,
  });
  return `${collection.id} has ${collection.versionsCount} of ${collection.maxBackupsCount} versions`;
}

/** Begins an upload and gives it up: the server then checks rights, window, and that nobody else uploads. */
async function checkUpload(
  { collectionId, patienceMs }: DoctorSettings,
  context: Context,
  opened: Promise<Server>,
): Promise<string> {
  if (collectionId === undefined) {
    return 'no collection given, not checked';
  }
  const { signal } = context;
  const server = await opened;
  const retry = politeRetry({ timeoutMs: patienceMs }, context);
  const session = await retrying(() => createUploadSession(server, { collectionId, signal }), retry);
  if (session === undefined) {
    return 'the server has no resumable uploads, not checked';
  }
  await retrying(() => session.abandon(), retry);
  return 'allowed now';
}
