import type { Config, PrivateKey, SecretKeyPacket, SignaturePacket, User } from 'openpgp';
import { loadOpenPgp } from './library.ts';

/**
 * Make a key ask only for algorithms that GnuPG 2.2 knows. OpenPGP.js makes keys that ask for SHA-3 as well, which
 * cannot be configured, and of such a key gpg warns when it is imported.
 *
 * A preference is a signed statement (RFC 9580 sections 5.2.3.14 to 5.2.3.17), and stands in the certification of a
 * user id in a version 4 key. So each of them is signed again, with all else in it as it was; the bindings of the
 * subkeys hold none and stay.
 * @param key unlocked; it is changed
 */
export async function preferKnownAlgorithms(key: PrivateKey): Promise<void> {
  const primaryKey = key.keyPacket as SecretKeyPacket;
  for (const user of key.users) {
    user.selfCertifications = await Promise.all(
      user.selfCertifications.map((certification) => renew(certification, user, primaryKey)),
    );
  }
}

async function renew(
  certification: SignaturePacket,
  user: User,
  primaryKey: SecretKeyPacket,
): Promise<SignaturePacket> {
  const { config, enums, SignaturePacket } = await loadOpenPgp();
  const { symmetric, hash, compression } = enums;
  const renewed = Object.assign(new SignaturePacket(), certification, {
    preferredSymmetricAlgorithms: [symmetric.aes256, symmetric.aes192, symmetric.aes128],
    preferredHashAlgorithms: [hash.sha512, hash.sha384, hash.sha256],
    // Backups are mostly compressed already. BZIP2 is missing, which a restore does not read.
    preferredCompressionAlgorithms: [compression.uncompressed, compression.zlib, compression.zip],
    // A salt, of which a new one is made with each signature.
    rawNotations: [],
  });
  const signer = renewed as unknown as Signer;
  const date = certification.created ?? primaryKey.created;
  await signer.sign(primaryKey, { userID: user.userID, key: primaryKey }, date, false, config);
  return renewed;
}

/** What `SignaturePacket.sign` needs, of which the library's types leave out a part. */
interface Signer {
  sign(
    key: SecretKeyPacket,
    data: { readonly userID: User['userID']; readonly key: SecretKeyPacket },
    date: Date,
    detached: boolean,
    config: Config,
  ): Promise<void>;
}
