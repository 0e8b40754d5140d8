import { Failure, type Secret } from '@backup-maker/model';
import type { PrivateKey as OpenPgpPrivateKey } from 'openpgp';
import { armoredKeyBlocks, type KeyBlock } from '../armor/blocks.ts';
import { PrivateKey, PublicKey } from './key.ts';
import { loadOpenPgp } from './library.ts';

/** A key with many certifications has some 100 KiB; a key ring of a team a few MiB. */
const maxKeyBytes = 16 * 1024 * 1024;

/**
 * The keys of a file, armored or binary, public or private, one or several. Of private keys only the public
 * half is taken.
 * @throws Failure `encryption` where the data holds no key
 */
export async function readPublicKeys(data: Uint8Array): Promise<readonly PublicKey[]> {
  const { readKeys } = await loadOpenPgp();
  const keys = await parse(data, {
    kinds: ['PUBLIC', 'PRIVATE'],
    armored: (armoredKeys) => readKeys({ armoredKeys }),
    binary: (binaryKeys) => readKeys({ binaryKeys }),
  });
  return keys.map((key) => new PublicKey(key.toPublic()));
}

/**
 * The private keys of a file, unlocked with the passphrase where they have one.
 * @throws Failure `encryption` where there is none, or the passphrase is missing or wrong
 */
export async function readPrivateKeys(
  data: Uint8Array,
  options: { readonly passphrase?: Secret | undefined } = {},
): Promise<readonly PrivateKey[]> {
  const openpgp = await loadOpenPgp();
  const keys = await parse(data, {
    kinds: ['PRIVATE'],
    armored: (armoredKeys) => openpgp.readPrivateKeys({ armoredKeys }),
    binary: (binaryKeys) => openpgp.readPrivateKeys({ binaryKeys }),
  });
  return Promise.all(keys.map(async (key) => new PrivateKey(await unlock(key, options.passphrase))));
}

interface Parsers<Key> {
  /** Of the armored blocks, those that hold such keys. */
  readonly kinds: readonly KeyBlock['kind'][];
  readonly armored: (text: string) => Promise<Key[]>;
  readonly binary: (bytes: Uint8Array) => Promise<Key[]>;
}

async function parse<Key>(data: Uint8Array, parsers: Parsers<Key>): Promise<Key[]> {
  if (data.length > maxKeyBytes) {
    throw new Failure('encryption', `the key file is larger than ${maxKeyBytes} bytes`);
  }
  const binary = ((data[0] ?? 0) & 0x80) !== 0;
  const blocks = binary ? [] : armoredKeyBlocks(Buffer.from(data).toString('utf8'));
  const armored = blocks.filter(({ kind }) => parsers.kinds.includes(kind));
  try {
    const keys = binary
      ? [await parsers.binary(data)]
      : await Promise.all(armored.map(({ text }) => parsers.armored(text)));
    if (keys.length === 0) {
      throw new Error('no armored key block');
    }
    return keys.flat();
  } catch (cause) {
    throw new Failure('encryption', 'the key cannot be read: it is no OpenPGP key of the kind asked for', {
      cause,
    });
  }
}

async function unlock(key: OpenPgpPrivateKey, passphrase: Secret | undefined): Promise<OpenPgpPrivateKey> {
  if (key.isDecrypted()) {
    return key;
  }
  const id = key.getKeyID().toHex().toUpperCase();
  if (passphrase === undefined) {
    throw new Failure('encryption', `the private key ${id} is locked: give its passphrase`);
  }
  const { decryptKey } = await loadOpenPgp();
  try {
    return await decryptKey({ privateKey: key, passphrase: passphrase.reveal() });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new Failure('encryption', `the passphrase does not unlock the private key ${id}: ${reason}`, {
      cause,
    });
  }
}
