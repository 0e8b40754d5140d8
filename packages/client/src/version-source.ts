import { decrypt } from '@backup-maker/openpgp';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import type { Input } from './input.ts';
import { loadPrivateKeys, type PrivateKeySettings, parsePrivateKey } from './keys.ts';
import { openServer, parseCollectionId, parseServerWithToken, type ServerSettings } from './server.ts';
import { download } from './transfer/download.ts';

/** Which version to take from where, and how to decrypt it. */
export interface VersionSource {
  readonly server: ServerSettings;
  readonly collectionId: string;
  readonly version: string;
  readonly privateKey: PrivateKeySettings | undefined;
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
    );
}

export function parseVersionSource(input: Input): VersionSource {
  return {
    server: parseServerWithToken(input),
    collectionId: parseCollectionId(input),
    version: input.text('version', 'BM_VERSION') ?? 'latest',
    privateKey: parsePrivateKey(input),
  };
}

/** The version's bytes, decrypted where a key is given. The stream ends without an error only if all of it is intact. */
export async function openVersion(
  source: VersionSource,
  context: Context,
): Promise<AsyncIterable<Uint8Array>> {
  // A wrong key or passphrase shows before anything is downloaded.
  const privateKeys = source.privateKey === undefined ? undefined : await loadPrivateKeys(source.privateKey);
  const server = await openServer(source.server);
  const { body } = await download(server, { ...source, signal: context.signal });
  if (privateKeys === undefined) {
    context.logger.warn('no private key is given: the version is taken as it is stored');
    return body;
  }
  return decrypt(body, { privateKeys });
}
