import type { Version } from '@backup-maker/api';
import { Failure, formatBytes } from '@backup-maker/model';
import {
  createSessionKey,
  encrypt,
  type MessageCipher,
  type PrivateKey,
  type PublicKey,
} from '@backup-maker/openpgp';
import type { Context } from './context.ts';
import { loadPrivateKeys, loadRecipients, type PrivateKeySettings, type RecipientSettings } from './keys.ts';
import { digestAlgorithm } from './manifest/digest-algorithm.ts';
import { digested, PartDigester } from './manifest/digester.ts';
import { writeManifest } from './manifest/manifest.ts';
import { type CommandLine, type RunningCommand, startCommand } from './process.ts';
import { counted, startProgress } from './progress.ts';
import { writeResult } from './result-file.ts';
import { openServer, type ServerSettings } from './server.ts';
import { describeTimes, Stopwatch } from './stopwatch.ts';
import { type Upload, upload } from './transfer/upload.ts';

export interface BackupSettings {
  readonly server: ServerSettings;
  readonly collectionId: string;
  readonly command: CommandLine;
  readonly recipients: RecipientSettings;
  readonly signKey: PrivateKeySettings | undefined;
  readonly armor: boolean;
  readonly cipher: MessageCipher;
  readonly allowEmpty: boolean;
  /** Where to write what came of it, for a program that started us. */
  readonly resultFile: string | undefined;
}

/** Run the command, encrypt what it prints, store it; the version exists only if all of that went well. */
export async function makeBackup(settings: BackupSettings, context: Context): Promise<void> {
  const { logger, signal } = context;
  const { collectionId } = settings;
  const started = performance.now();
  const recipients = await loadRecipients(settings.recipients);
  if (recipients.length === 0) {
    logger.warn('no key is given: the backup is not encrypted');
  }
  const signingKeys = settings.signKey === undefined ? [] : await loadPrivateKeys(settings.signKey);
  const server = await openServer(settings.server);
  await using commands = new AsyncDisposableStack();
  const counter = { bytes: 0 };
  const [source, encryption] = [new Stopwatch(), new Stopwatch()];
  using progress = startProgress(context, 'read');
  const plain = (): AsyncIterable<Uint8Array> => {
    const command = commands.use(
      startCommand(settings.command, { connect: 'stdout', env: context.env, signal }),
    );
    const output = completeOutput(command, { allowEmpty: settings.allowEmpty, counter });
    return source.timed(counted(output, progress));
  };
  const stream =
    recipients.length === 0
      ? { body: plain, manifest: undefined, isSigned: false }
      : encryptedStream(plain, {
          collectionId,
          recipients,
          signingKeys,
          armor: settings.armor,
          cipher: settings.cipher,
        });
  const body = (form: 'full' | 'plain') => encryption.timed(stream.body(form));
  const version = await upload(server, { ...stream, collectionId, body, logger, signal });
  progress[Symbol.dispose]();
  await report({ version, readBytes: counter.bytes, started, source, encryption }, settings, context);
}

interface Outcome {
  readonly version: Version;
  readonly readBytes: number;
  readonly started: number;
  readonly source: Stopwatch;
  readonly encryption: Stopwatch;
}

async function report(outcome: Outcome, settings: BackupSettings, context: Context): Promise<void> {
  const { version, readBytes, started, source, encryption } = outcome;
  const { logger } = context;
  const totalMs = performance.now() - started;
  if (settings.resultFile !== undefined) {
    // The version is stored: that nobody can be told of it so is no reason to make another one.
    await writeResult(settings.resultFile, {
      collectionId: settings.collectionId,
      versionNumber: version.versionNumber,
      sizeBytes: version.filesize,
      durationMs: Math.round(totalMs),
    }).catch((error: unknown) => logger.warn(`cannot write ${settings.resultFile}: ${error}`));
  }
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ version, bytesRead: readBytes })}\n`);
  }
  logger.info(
    `Version ${version.versionNumber} of ${settings.collectionId}: ${formatBytes(readBytes)} read, ${formatBytes(version.filesize)} stored`,
  );
  logger.info(describeTimes({ totalMs, source, encryption }));
  logger.info('Version uploaded');
}

interface EncryptionSettings {
  readonly collectionId: string;
  readonly recipients: readonly PublicKey[];
  readonly signingKeys: readonly PrivateKey[];
  readonly armor: boolean;
  readonly cipher: MessageCipher;
}

/** The encrypted stream, and the manifest of what has flowed through it. */
function encryptedStream(
  plain: () => AsyncIterable<Uint8Array>,
  { collectionId, recipients, signingKeys, armor, cipher }: EncryptionSettings,
): Pick<Upload, 'body' | 'manifest' | 'isSigned'> {
  const sessionKey = createSessionKey();
  const algorithm = digestAlgorithm(signingKeys.length === 0 ? 'AES-256-GMAC' : 'SHA-256', sessionKey);
  const digester = new PartDigester(algorithm);
  const encrypted = (form: { readonly armor: boolean }) =>
    encrypt(plain(), { recipients, cipher, sessionKey, reusePieces: true, ...form });
  return {
    isSigned: signingKeys.length > 0,
    body: (form) =>
      form === 'plain' ? encrypted({ armor: true }) : digested(encrypted({ armor }), digester),
    manifest: (versionNumber) =>
      writeManifest(
        { collection: collectionId, versionNumber, madeAt: new Date(), ...digester.final() },
        { sessionKey, signingKeys },
      ),
  };
}

/** What the command prints; ends only after it has ended with 0, so that a failed dump never gives a version. */
async function* completeOutput(
  command: RunningCommand,
  options: { readonly allowEmpty: boolean; readonly counter: { bytes: number } },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { counter } = options;
  for await (const chunk of (command.stdout ?? []) as AsyncIterable<Buffer>) {
    counter.bytes += chunk.length;
    yield chunk;
  }
  await command.ended();
  if (counter.bytes === 0 && !options.allowEmpty) {
    throw new Failure(
      'command-failed',
      'the command ended well but printed nothing: that is no backup (or give --allow-empty)',
    );
  }
}
