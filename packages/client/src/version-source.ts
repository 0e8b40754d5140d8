import { Failure, parseDuration } from '@backup-maker/model';
import {
  decrypt,
  type PrivateKey,
  type PublicKey,
  readSessionKey,
  type SessionKey,
} from '@backup-maker/openpgp';
import { type Command, Option } from 'commander';
import { apiOf } from './api.ts';
import { concatenated } from './concatenated.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';
import { loadPrivateKeys, loadVerificationKeys, type PrivateKeySettings, parsePrivateKey } from './keys.ts';
import type { Logger } from './log.ts';
import { type Manifest, readManifest } from './manifest/manifest.ts';
import { verified } from './manifest/verified.ts';
import {
  openServer,
  parseCollectionId,
  parseServerWithToken,
  type Server,
  type ServerSettings,
} from './server.ts';
import { download, downloadManifest } from './transfer/download.ts';
import { retrying, startRetry } from './transfer/retry.ts';

/** Which version to take from where, and how to decrypt it. */
export interface VersionSource {
  readonly server: ServerSettings;
  readonly collectionId: string;
  readonly version: string;
  readonly privateKey: PrivateKeySettings | undefined;
  /** One of its keys must have signed the version's manifest. */
  readonly verifyKeyPath: string | undefined;
  /** Older versions, by the time in their manifest, are refused. */
  readonly maxAgeMs: number | undefined;
}

/** The flags of every command that reads a version. */
export function describeSource(command: Command): Command {
  return command
    .option('-s, --version <version>', 'a number, v and a number, or latest (BM_VERSION)', 'latest')
    .option(
      '-p, --private-key <file>',
      'key to decrypt with (BM_PRIVATE_KEY_PATH); without it the bytes are taken as stored',
    )
    .option(
      '--passphrase <text>',
      'of the private key; better BM_PASSPHRASE or BM_PASSPHRASE_FILE, which nobody sees in the process list',
    )
    .addOption(new Option('-r, --recipient <id>').hideHelp())
    .option('--verify-key <file>', 'refuse a version that was not signed with this key (BM_VERIFY_KEY_PATH)')
    .option(
      '--max-age <duration>',
      'refuse a version that was made longer ago, such as 2d: an old one served as the latest (BM_MAX_AGE)',
    );
}

function parseVerifyKey(input: Input): string | undefined {
  const path = input.text('verifyKey', 'BM_VERIFY_KEY_PATH');
  if (path !== undefined && parsePrivateKey(input) === undefined) {
    throw new Failure(
      'invalid-input',
      '--verify-key needs --private-key: the signature is checked when decrypting',
    );
  }
  return path;
}

function parseMaxAge(input: Input): number | undefined {
  const text = input.text('maxAge', 'BM_MAX_AGE');
  if (text !== undefined && parsePrivateKey(input) === undefined) {
    throw new Failure('invalid-input', '--max-age needs --private-key: the time is in the manifest');
  }
  return text === undefined ? undefined : parseDuration(text);
}

export function parseVersionSource(input: Input): VersionSource {
  input.ignore('recipient', 'the private key decides what can be decrypted');
  return {
    server: parseServerWithToken(input),
    collectionId: parseCollectionId(input),
    version: input.text('version', 'BM_VERSION') ?? 'latest',
    privateKey: parsePrivateKey(input),
    verifyKeyPath: parseVerifyKey(input),
    maxAgeMs: parseMaxAge(input),
  };
}

/**
 * The version's bytes, decrypted where a key is given. The stream ends without an error only if all of it is
 * intact; where the version has a manifest, not a byte of a damaged part gets out. A piece is overwritten once the next
 * one is asked for.
 */
export async function openVersion(
  source: VersionSource,
  context: Context,
): Promise<AsyncIterable<Uint8Array>> {
  // A wrong key or passphrase shows before anything is downloaded.
  const privateKeys = source.privateKey === undefined ? undefined : await loadPrivateKeys(source.privateKey);
  const verificationKeys = await loadVerificationKeys(source.verifyKeyPath);
  const server = await openServer(source.server);
  const { logger, signal } = context;
  const transfer = { collectionId: source.collectionId, logger, signal };
  if (privateKeys === undefined) {
    logger.warn('no private key is given: the version is taken as it is stored');
    return download(server, { ...transfer, version: source.version, checkDigest: true });
  }
  // `latest` may become another version between two requests.
  const version =
    source.version === 'latest'
      ? await retrying(() => latestVersion(server, source, context), startRetry(server, context))
      : source.version;
  const manifest = await downloadManifest(server, { ...transfer, version });
  if (manifest === undefined) {
    insistOnManifest(source, verificationKeys);
    logger.info('The version has no manifest: whether it is intact shows at its end only');
    return decrypt(await download(server, { ...transfer, version, checkDigest: true }), { privateKeys });
  }
  const body = await download(server, { ...transfer, version, checkDigest: false });
  return decryptVerified(body, {
    manifest,
    privateKeys,
    verificationKeys,
    collection: source.collectionId,
    versionNumber: versionNumberOf(version),
    maxAgeMs: source.maxAgeMs,
    logger,
  });
}

/** Undefined for what names a version otherwise, such as its id. */
function versionNumberOf(version: string): number | undefined {
  const digits = /^v?(\d+)$/.exec(version)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

interface VerifiedOptions {
  readonly manifest: Buffer;
  readonly privateKeys: readonly PrivateKey[];
  readonly verificationKeys: readonly PublicKey[];
  readonly collection: string;
  readonly versionNumber: number | undefined;
  readonly maxAgeMs: number | undefined;
  readonly logger: Logger;
}

async function* decryptVerified(
  body: AsyncIterable<Buffer>,
  options: VerifiedOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { promise: sessionKey, resolve } = Promise.withResolvers<SessionKey>();
  const parts = verified(body, async (beginning) => {
    const key = await readSessionKey(beginning, options.privateKeys);
    resolve(key);
    const manifest = await readManifest(options.manifest, { ...options, sessionKey: key });
    insistOnAge(manifest, options.maxAgeMs);
    options.logger.info(`Version ${manifest.versionNumber} was made at ${manifest.madeAt.toISOString()}`);
    return manifest;
  });
  const first = await parts.next();
  if (!first.done) {
    yield* decrypt(concatenated(first.value, parts), { sessionKey: await sessionKey });
  }
}

async function latestVersion(
  server: Server,
  { collectionId }: VersionSource,
  context: Context,
): Promise<string> {
  const { versions } = await apiOf(server, context).call('versions', {
    params: { collection: collectionId },
    signal: context.signal,
  });
  const latest = versions.at(-1);
  if (latest === undefined) {
    throw new Failure('not-found', `the collection ${collectionId} has no version yet`);
  }
  return String(latest.versionNumber);
}

function insistOnManifest({ maxAgeMs }: VersionSource, verificationKeys: readonly PublicKey[]): void {
  if (verificationKeys.length > 0) {
    throw new Failure(
      'integrity',
      'the version has no manifest, so it is not signed: --verify-key refuses it',
    );
  }
  if (maxAgeMs !== undefined) {
    throw new Failure(
      'integrity',
      'the version has no manifest, so its age is unknown: --max-age refuses it',
    );
  }
}

function insistOnAge({ madeAt }: Manifest, maxAgeMs: number | undefined): void {
  if (maxAgeMs !== undefined && Date.now() - madeAt.getTime() > maxAgeMs) {
    throw new Failure(
      'integrity',
      `the version was made at ${madeAt.toISOString()}, longer ago than --max-age allows`,
    );
  }
}
