import { Failure } from '@backup-maker/model';
import type { PrivateKey, PublicKey } from './key.ts';
import { loadOpenPgp } from './library.ts';

/** A detached signature, armored. For small data: it is held in memory. */
export async function signDetached(data: Uint8Array, keys: readonly PrivateKey[]): Promise<string> {
  const { createMessage, sign } = await loadOpenPgp();
  try {
    return await sign({
      message: await createMessage({ binary: data }),
      signingKeys: keys.map((key) => key.openpgp),
      detached: true,
      format: 'armored',
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new Failure('encryption', `cannot sign: ${reason}`, { cause });
  }
}

/**
 * Check that one of `keys` made this signature.
 * @throws Failure `integrity` where none did
 */
export async function verifyDetached(
  data: Uint8Array,
  armoredSignature: string,
  keys: readonly PublicKey[],
): Promise<void> {
  const { createMessage, readSignature, verify } = await loadOpenPgp();
  try {
    const { signatures } = await verify({
      message: await createMessage({ binary: data }),
      signature: await readSignature({ armoredSignature }),
      verificationKeys: keys.map((key) => key.openpgp),
      format: 'binary',
    });
    await Promise.any(signatures.map((signature) => signature.verified));
  } catch (cause) {
    throw new Failure('integrity', 'it is not signed by any of the keys given to verify it', { cause });
  }
}
