import { Failure } from '@backup-maker/model';
import { type MessageCipher, messageCiphers } from '@backup-maker/openpgp';
import { Option } from 'commander';
import type { Input } from '../input.ts';
import { parseRecipients, parseSignKey } from '../keys.ts';
import { type BackupSettings, makeBackup } from '../make-backup.ts';
import { monitored, parsePingUrl } from '../ping.ts';
import { parseCommandLine } from '../process.ts';
import { parseCollectionId, parseServerWithToken } from '../server.ts';
import { choice, collect, define } from './definition.ts';

interface MakeSettings extends BackupSettings {
  readonly pingUrl: URL | undefined;
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
      .addOption(new Option('--passphrase <text>').hideHelp())
      .option(
        '--sign-key <file>',
        'private key to sign the manifest with (BM_SIGN_KEY_PATH; its passphrase: BM_SIGN_PASSPHRASE)',
      )
      .option('--armor', 'store ASCII armor instead of binary')
      .addOption(
        choice(
          '--cipher <mode>',
          'gcm and ocb are faster, but need RFC 9580 (not gpg 2.2) to decrypt',
          messageCiphers,
        ).default('cfb'),
      )
      .option('--allow-unencrypted', 'store what the command prints as it is, where no key is given')
      .option('--allow-empty', 'a command that prints nothing is no failure')
      .option('--ping-url <url>', 'told of start, success and failure, as healthchecks.io is (BM_PING_URL)')
      .addHelpText('after', examples),
  parse: (input) => {
    const command = parseCommandLine(input.text('cmd', 'BM_CMD'), input.arguments);
    if (command === undefined) {
      throw new Failure(
        'invalid-input',
        'missing: give the command with --cmd, the variable BM_CMD, or after --',
      );
    }
    input.ignore('passphrase', 'a key needs no passphrase to encrypt to');
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
      pingUrl: parsePingUrl(input),
      resultFile: input.text(undefined, 'BM_RESULT_FILE'),
    };
  },
  run: (settings, context) => monitored(settings.pingUrl, context, () => makeBackup(settings, context)),
});

function parseCipher(input: Input): MessageCipher {
  const cipher = messageCiphers.find((known) => known === input.text('cipher'));
  if (cipher === undefined) {
    throw new Failure('invalid-input', `--cipher is one of ${messageCiphers.join(', ')}`);
  }
  return cipher;
}

const examples = `
Also BM_ADDITIONAL_KEY_PATHS: key files, separated by ":", to encrypt to besides.
BM_RESULT_FILE: a file that gets collection, version, size and duration as JSON.

Examples:
  backup-maker make -i shop -k backup.pub.asc -c 'pg_dump -Fc shop'
  backup-maker make -i files -k keys.asc -r ops@example.org -- tar -C /srv -c files`;
