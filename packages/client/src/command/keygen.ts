import { open, rm } from 'node:fs/promises';
import { Failure } from '@backup-maker/model';
import { generateKey, type KeyKind, keyKinds } from '@backup-maker/openpgp';
import type { Context } from '../context.ts';
import type { Input, SecretSource } from '../input.ts';
import { readSecret } from '../secret-file.ts';
import { choice, define } from './definition.ts';

interface KeygenSettings {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly kind: KeyKind;
  readonly passphrase: SecretSource | undefined;
  /** The private key goes to `<output>.key.asc`, the public one to `<output>.pub.asc`. */
  readonly output: string;
}

export const keygen = define<KeygenSettings>({
  name: 'keygen',
  local: true,
  describe: (command) =>
    command
      .description('Make an OpenPGP key pair, which gpg imports too')
      .option('--name <name>', 'whose key it is')
      .option('--email <address>', 'e-mail address')
      .addOption(choice('--kind <kind>', 'algorithm', keyKinds).default('curve25519'))
      .option('--passphrase <text>', 'locks the private key; better BM_PASSPHRASE or BM_PASSPHRASE_FILE')
      .option('--output <path>', 'files to write: <path>.pub.asc and <path>.key.asc', 'backup')
      .addHelpText('after', examples),
  parse: (input) => ({
    name: input.text('name'),
    email: input.text('email'),
    kind: parseKind(input),
    passphrase: input.secret('passphrase', 'BM_PASSPHRASE'),
    output: input.required('output'),
  }),
  run: makeKeys,
});

const examples = `
Keep the private key and its passphrase away from the machine that makes the backups: it needs the public key only.

Example:
  backup-maker keygen --name Shop --email ops@example.org --output ~/shop`;

function parseKind(input: Input): KeyKind {
  const kind = keyKinds.find((known) => known === input.text('kind'));
  if (kind === undefined) {
    throw new Failure('invalid-input', `--kind is one of ${keyKinds.join(', ')}`);
  }
  return kind;
}

async function makeKeys(settings: KeygenSettings, context: Context): Promise<void> {
  const { name, email, kind, passphrase, output } = settings;
  const key = await generateKey({
    kind,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(passphrase === undefined ? {} : { passphrase: await readSecret(passphrase) }),
  });
  const publicKey = `${output}.pub.asc`;
  const privateKey = `${output}.key.asc`;
  await writeNew(privateKey, key.privateKeyArmored.reveal(), 0o600);
  try {
    await writeNew(publicKey, key.publicKeyArmored, 0o644);
  } catch (error) {
    await rm(privateKey, { force: true });
    throw error;
  }
  if (passphrase === undefined) {
    context.logger.warn(`${privateKey} is not locked by a passphrase: whoever reads it reads the backups`);
  }
  const { fingerprint } = key;
  context.stdout.write(
    context.json ? `${JSON.stringify({ fingerprint, publicKey, privateKey })}\n` : `${fingerprint}\n`,
  );
  context.logger.info(`Wrote ${publicKey} and ${privateKey}`);
}

/** Never over an existing file: an overwritten private key makes every backup made for it unreadable. */
async function writeNew(path: string, content: string, mode: number): Promise<void> {
  let made = false;
  try {
    await using file = await open(path, 'wx', mode);
    made = true;
    await file.writeFile(content);
    await file.sync();
  } catch (cause) {
    if (made) {
      // Half a key, which would be in the way of the next attempt.
      await rm(path, { force: true });
    }
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const reason = exists ? 'it exists already' : cause instanceof Error ? cause.message : 'unknown';
    throw new Failure('invalid-input', `cannot write ${path}: ${reason}`, { cause });
  }
}
