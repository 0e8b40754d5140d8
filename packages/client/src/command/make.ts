import { Failure, formatBytes } from '@backup-maker/model';
import {
  createSessionKey,
  encrypt,
  type MessageCipher,
  messageCiphers,
  type PrivateKey,
  type PublicKey,
} from '@backup-maker/openpgp';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import {
  loadPrivateKeys,
  loadRecipients,
  type PrivateKeySettings,
  parseRecipients,
  type RecipientSettings,
} from '../keys.ts';
import { digested, PartDigester } from '../manifest/digester.ts';
import { writeManifest } from '../manifest/manifest.ts';
import { type CommandLine, parseCommandLine, type RunningCommand, startCommand } from '../process.ts';
import { writeResult } from '../result-file.ts';
import { openServer, parseCollectionId, parseServerWithToken, type ServerSettings } from '../server.ts';
import { type Upload, upload } from '../transfer/upload.ts';
import { collect, define } from './definition.ts';

interface MakeSettings {
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

export const make = define<MakeSettings>({
  name: 'make',
  describe: (command) =>
    command
      .description('Run a command, encrypt what it prints, store it as a new version')
      .argument('[command...]', 'the command with its arguments, after --, run without a shell')
      .option('-c, --cmd <shell text>', 'the command, run with bash -eo pipefail (BM_CMD)')
      .option(
        '-k, --key <file>',
        'key to encrypt to, public or private; repeatable (BM_PUBLIC_KEY_PATH)',
        collect,
      )
      .option(
        '-r, --recipient <id>',
        'which of the keys: e-mail address, fingerprint, key id or name; repeatable (BM_RECIPIENT)',
        collect,
      )
      .option(
        '--sign-key <file>',
        'private key to sign the manifest with (BM_SIGN_KEY_PATH; its passphrase: BM_SIGN_PASSPHRASE)',
      )
      .option('--armor', 'store ASCII armor instead of binary')
      .option(
        '--cipher <mode>',
        `${messageCiphers.join(', ')}: gcm and ocb are faster, but need RFC 9580 (not gpg 2.2) to decrypt`,
        'cfb',
      )
      .option('--allow-unencrypted', 'store what the command prints as it is, where no key is given')
      .option('--allow-empty', 'a command that prints nothing is no failure')
      .addHelpText('after', examples),
  parse: (input) => {
    const command = parseCommandLine(input.text('cmd', 'BM_CMD'), input.arguments);
    if (command === undefined) {
      throw new Failure(
        'invalid-input',
        'missing: give the command with --cmd, the variable BM_CMD, or after --',
      );
    }
    const recipients = parseRecipients(input);
    const noKey = recipients.keyPaths.length + recipients.additionalKeyPaths.length === 0;
    if (noKey && !input.isSet('allowUnencrypted')) {
      throw new Failure(
        'invalid-input',
        'no key is given, so nothing would be encrypted: give --key, or --allow-unencrypted',
      );
    }
    return {
      server: parseServerWithToken(input),
      collectionId: parseCollectionId(input),
      command,
      recipients,
      signKey: parseSignKey(input),
      armor: input.isSet('armor'),
      cipher: parseCipher(input),
      allowEmpty: input.isSet('allowEmpty'),
      resultFile: input.text(undefined, 'BM_RESULT_FILE'),
    };
  },
  run: makeBackup,
});

function parseCipher(input: Input): MessageCipher {
  const cipher = messageCiphers.find((known) => known === input.text('cipher'));
  if (cipher === undefined) {
    throw new Failure('invalid-input', `--cipher is one of ${messageCiphers.join(', ')}`);
  }
  return cipher;
}

function parseSignKey(input: Input): PrivateKeySettings | undefined {
  const path = input.text('signKey', 'BM_SIGN_KEY_PATH');
  return path === undefined ? undefined : { path, passphrase: input.secret(undefined, 'BM_SIGN_PASSPHRASE') };
}

const examples = `
Also BM_ADDITIONAL_KEY_PATHS: key files, separated by ":", to encrypt to besides.
BM_RESULT_FILE: a file that gets collection, version, size and duration as JSON.

Examples:
  backup-maker make -i shop -k backup.pub.asc -c 'pg_dump -Fc shop'
  backup-maker make -i files -k keys.asc -r ops@example.org -- tar -C /srv -c files`;

async function makeBackup(settings: MakeSettings, context: Context): Promise<void> {
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
  const plain = (): AsyncIterable<Uint8Array> => {
    const command = commands.use(
      startCommand(settings.command, { connect: 'stdout', env: context.env, signal }),
    );
    return completeOutput(command, { allowEmpty: settings.allowEmpty, counter });
  };
  const stream =
    recipients.length === 0
      ? { body: plain, manifest: async () => undefined }
      : encryptedStream(plain, {
          collectionId,
          recipients,
          signingKeys,
          armor: settings.armor,
          cipher: settings.cipher,
        });
  const version = await upload(server, { collectionId, ...stream, logger, signal });
  if (settings.resultFile !== undefined) {
    // The version is stored: that nobody can be told of it so is no reason to make another one.
    await writeResult(settings.resultFile, {
      collectionId,
      versionNumber: version.versionNumber,
      sizeBytes: version.filesize,
      durationMs: Math.round(performance.now() - started),
    }).catch((error: unknown) => logger.warn(`cannot write ${settings.resultFile}: ${error}`));
  }
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ version, bytesRead: counter.bytes })}\n`);
  }
  logger.info(
    `Version ${version.versionNumber} of ${collectionId}: ${formatBytes(counter.bytes)} read, ${formatBytes(version.filesize)} stored`,
  );
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
): Pick<Upload, 'body' | 'manifest'> {
  const sessionKey = createSessionKey();
  const digester = new PartDigester();
  return {
    body: () =>
      digested(encrypt(plain(), { recipients, armor, cipher, sessionKey, reusePieces: true }), digester),
    manifest: () =>
      writeManifest(
        { collection: collectionId, madeAt: new Date(), ...digester.final() },
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
