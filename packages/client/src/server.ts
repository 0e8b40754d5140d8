import { stat } from 'node:fs/promises';
import { Failure, type Secret } from '@backup-maker/model';
import type { Input, SecretSource } from './input.ts';
import { fitsHeader, readHeaderSecret, readSecret } from './secret-file.ts';

const defaultTimeoutSeconds = 1200;
/** 24 days: a timer that is set to more ends at once. */
const longestTimerMs = 2 ** 31 - 1;

export interface ServerSettings {
  readonly url: URL;
  readonly token: SecretSource | undefined;
  /** How long to wait without any progress. */
  readonly timeoutMs: number;
}

/** A server, with the token in hand. */
export interface Server {
  readonly url: URL;
  readonly token: Secret | undefined;
  readonly timeoutMs: number;
  /**
   * Take the token from its file again; true where that holds another one than `refused` by now.
   * @throws Failure `unavailable` where there is none: `login > file` empties the file before it has a new one
   */
  renewToken(refused: Secret | undefined): Promise<boolean>;
}

export function parseServer(input: Input): ServerSettings {
  const seconds = input.wholeNumber('timeout', 'BM_TIMEOUT', 1) ?? defaultTimeoutSeconds;
  return {
    url: parseUrl(input.required('url', 'BM_URL')),
    token: input.secret('authToken', 'BM_AUTH_TOKEN'),
    timeoutMs: Math.min(seconds * 1000, longestTimerMs),
  };
}

/** As `parseServer`, for what nobody may do without a token. */
export function parseServerWithToken(input: Input): ServerSettings {
  const settings = parseServer(input);
  if (settings.token === undefined) {
    throw new Failure(
      'invalid-input',
      'missing: give --auth-token or the variable BM_AUTH_TOKEN; `login` makes a token',
    );
  }
  return settings;
}

export function parseCollectionId(input: Input): string {
  return input.required('collectionId', 'BM_COLLECTION_ID');
}

/** Reads the token. Its file may be a pipe, such as bash makes of <(…), which is never read again. */
export async function openServer({ url, timeoutMs, token: source }: ServerSettings): Promise<Server> {
  const file = source?.kind === 'file' && (await isRegularFile(source.path)) ? source : undefined;
  let token = source === undefined ? undefined : await readHeaderSecret(source, 'the token');
  return {
    url,
    timeoutMs,
    get token() {
      return token;
    },
    renewToken: async (refused) => {
      if (file === undefined) {
        return false;
      }
      const renewed = await readRenewed(file);
      if (!fitsHeader(renewed) || renewed.reveal() === refused?.reveal()) {
        return false;
      }
      token = renewed;
      return true;
    },
  };
}

/** False where it cannot be looked at, too: reading it tells why. */
async function isRegularFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true;
}

async function readRenewed(file: Extract<SecretSource, { kind: 'file' }>): Promise<Secret> {
  const none = `the token is not valid any more, and none is in ${file.path} now`;
  const secret = await readSecret(file).catch((cause: unknown) => {
    throw new Failure('unavailable', none, { cause });
  });
  if (secret.reveal().trim() === '') {
    throw new Failure('unavailable', none);
  }
  return secret;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    // Not repeated here: there may be a password in it.
    throw new Failure(
      'invalid-input',
      '--url (BM_URL) must begin with http:// or https:// and have no user and password in it',
    );
  }
  return url;
}
