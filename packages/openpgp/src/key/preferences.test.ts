import { enums, generateKey, type Key, readKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { preferKnownAlgorithms } from './preferences.ts';

const monthSeconds = 30 * 24 * 60 * 60;
const created = new Date('2026-01-01T00:00:00Z');
/** Whatever else a certification of OpenPGP.js holds. */
const kept = [
  'signatureType',
  'hashAlgorithm',
  'created',
  'issuerKeyID',
  'issuerFingerprint',
  'keyFlags',
  'features',
  'isPrimaryUserID',
  'keyExpirationTime',
  'keyNeverExpires',
] as const;

describe('preferKnownAlgorithms', () => {
  let before: Key;
  /** As others read it, so that every signature is verified anew. */
  let after: Key;

  beforeAll(async () => {
    const { privateKey } = await generateKey({
      type: 'ecc',
      curve: 'curve25519Legacy',
      userIDs: [{ email: 'first@example.org' }, { email: 'second@example.org' }],
      keyExpirationTime: monthSeconds,
      date: created,
      format: 'object',
    });
    before = await readKey({ armoredKey: privateKey.toPublic().armor() });
    await preferKnownAlgorithms(privateKey);
    after = await readKey({ armoredKey: privateKey.toPublic().armor() });
  });

  const certifications = (key: Key) => key.users.map(({ selfCertifications: [only] }) => only);

  it('leaves no SHA-3 among the preferences of any user id', () => {
    const sha3: unknown = expect.arrayContaining([enums.hash.sha3_512]);
    expect(certifications(before)).toMatchObject([
      { preferredHashAlgorithms: sha3 },
      { preferredHashAlgorithms: sha3 },
    ]);
    const known = {
      preferredSymmetricAlgorithms: [9, 8, 7],
      preferredHashAlgorithms: [10, 9, 8],
      preferredCompressionAlgorithms: [0, 2, 1],
    };
    expect(certifications(after)).toMatchObject([known, known]);
  });

  it('makes signatures that hold', async () => {
    const verified = await Promise.all(after.users.map((user) => user.verify(created)));
    expect(verified).toEqual([true, true]);
    await expect(after.getEncryptionKey(undefined, created)).resolves.toBeDefined();
  });

  it('leaves when the key expires as it was', async () => {
    const expires = new Date(created.getTime() + monthSeconds * 1000);
    expect(await after.getExpirationTime()).toEqual(expires);
    await expect(after.getEncryptionKey(undefined, expires)).rejects.toThrow('expired');
  });

  it('leaves all else in the certifications, and the bindings of subkeys, as they were', () => {
    const rest = (key: Key) =>
      certifications(key).map((certification) => kept.map((name) => certification?.[name]));
    expect(rest(after)).toEqual(rest(before));
    expect(certifications(after)).toMatchObject([{ isPrimaryUserID: true }, { isPrimaryUserID: null }]);
    expect(after.subkeys.map((subkey) => subkey.bindingSignatures[0]?.write())).toEqual(
      before.subkeys.map((subkey) => subkey.bindingSignatures[0]?.write()),
    );
  });

  it('salts a signature once', () => {
    expect(certifications(after).map((certification) => certification?.rawNotations.length)).toEqual([1, 1]);
  });
});
