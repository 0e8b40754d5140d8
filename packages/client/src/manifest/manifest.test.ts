import { createHmac } from 'node:crypto';
import { createSessionKey, generateKey, readPrivateKeys, readPublicKeys } from '@backup-maker/openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DigestAlgorithmName, digestAlgorithm } from './digest-algorithm.ts';
import { readManifest, writeManifest } from './manifest.ts';

const sessionKey = createSessionKey();
const part = Buffer.from('one part');

async function keys() {
  const key = await generateKey({ kind: 'curve25519', email: 'signer@example.org' });
  return {
    signingKeys: await readPrivateKeys(Buffer.from(key.privateKeyArmored.reveal())),
    verificationKeys: await readPublicKeys(Buffer.from(key.publicKeyArmored)),
  };
}

function manifestWith(name: DigestAlgorithmName) {
  const algorithm = digestAlgorithm(name, sessionKey);
  const digest = algorithm.begin(0);
  digest.update(part);
  return {
    collection: 'shop',
    versionNumber: 7,
    madeAt: new Date('2026-11-26T06:00:00.000Z'),
    bytes: part.length,
    algorithm,
    digests: digest.digest(),
  };
}

const expected = { sessionKey, collection: 'shop', versionNumber: 7, verificationKeys: [] };

describe('a manifest', () => {
  let signer: Awaited<ReturnType<typeof keys>>;
  beforeAll(async () => {
    signer = await keys();
  });

  it.each(['AES-256-GMAC', 'SHA-256'] as const)('with %s is read as it was written', async (name) => {
    const manifest = manifestWith(name);
    const stored = await writeManifest(manifest, { sessionKey, signingKeys: [] });
    const { algorithm, ...rest } = await readManifest(stored, expected);
    expect({ ...rest, algorithm: algorithm.name }).toEqual({ ...manifest, algorithm: name });
  });

  it('is verified by the key that signed it', async () => {
    const stored = await writeManifest(manifestWith('SHA-256'), { sessionKey, ...signer });
    expect(await readManifest(stored, { ...expected, ...signer })).toMatchObject({ bytes: part.length });
  });

  it('is not enough for a verification key where its digests are not, though signed', async () => {
    const stored = await writeManifest(manifestWith('AES-256-GMAC'), { sessionKey, ...signer });
    await expect(readManifest(stored, { ...expected, ...signer })).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringContaining('AES-256-GMAC'),
    });
  });

  /** Authenticated, but with another payload. */
  async function rewritten(change: (line: string) => string): Promise<Buffer> {
    const stored = await writeManifest(manifestWith('AES-256-GMAC'), { sessionKey, signingKeys: [] });
    const line = change(stored.toString().split('\n')[0] ?? '');
    const key = sessionKey.derive('backup-maker manifest 1', 32);
    return Buffer.from(`${line}\nmac: ${createHmac('sha256', key).update(line).digest('base64')}\n`);
  }

  it('is read where nothing but its MAC was made anew', async () => {
    expect(await readManifest(await rewritten((line) => line), expected)).toMatchObject({
      bytes: part.length,
    });
  });

  it.each<[string, (line: string) => string, string]>([
    ['names no digest algorithm', (line) => line.replace(/"digestAlgorithm":"[^"]*",/, ''), 'does not know'],
    ['names an unknown one', (line) => line.replace('AES-256-GMAC', 'CRC-32'), 'does not know'],
    ['is of another format', (line) => line.replace('manifest-2', 'manifest-3'), 'does not know'],
    ['has no time', (line) => line.replace('2026-11-26T06', 'soon'), 'does not know'],
    ['is no JSON', (line) => line.slice(1), 'does not know'],
    ['covers less than the stream', (line) => line.replace('"bytes":8', '"bytes":8388609'), 'all of it'],
    ['takes digests for longer ones', (line) => line.replace('AES-256-GMAC', 'SHA-256'), 'all of it'],
    ['is of another version', (line) => line.replace(':7', ':6'), 'version 6 was served'],
    ['is of another collection', (line) => line.replace('shop', 'blog'), 'made for the collection blog'],
  ])('is refused where it %s', async (_what, change, message) => {
    await expect(readManifest(await rewritten(change), expected)).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, (stored: string) => string]>([
    ['another message', (stored) => stored],
    ['a changed payload', (stored) => stored.replace('shop', 'blog')],
    ['a cut MAC', (stored) => stored.replace(/mac: .*/, 'mac: ')],
    ['one line', (stored) => stored.split('\n')[0] ?? ''],
  ])('is refused with %s', async (what, change) => {
    const stored = await writeManifest(manifestWith('SHA-256'), { sessionKey, signingKeys: [] });
    const key = what === 'another message' ? createSessionKey() : sessionKey;
    await expect(
      readManifest(Buffer.from(change(stored.toString())), { ...expected, sessionKey: key }),
    ).rejects.toMatchObject({ code: 'integrity' });
  });
});
