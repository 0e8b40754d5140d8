import { createHmac, timingSafeEqual } from 'node:crypto';
import { Failure } from '@backup-maker/model';
import {
  type PrivateKey,
  type PublicKey,
  type SessionKey,
  signDetached,
  verifyDetached,
} from '@backup-maker/openpgp';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type DigestAlgorithm, digestAlgorithm } from './digest-algorithm.ts';
import { partsOf } from './parts.ts';

/** 1 was never released: it had no `digestAlgorithm`, and other sizes of parts. */
const format = 'backup-maker-manifest-2';

const Payload = Type.Object({
  format: Type.Literal(format),
  collection: Type.String(),
  versionNumber: Type.Integer({ minimum: 1 }),
  /** By the client's clock. */
  madeAt: Type.String(),
  /** Length of the encrypted stream. */
  bytes: Type.Integer({ minimum: 0 }),
  digestAlgorithm: Type.Union([Type.Literal('AES-256-GMAC'), Type.Literal('SHA-256')]),
  /** The digest of every part, one after the other, in base64. */
  digests: Type.String(),
});

/** What an encrypted stream is made of, so that each part can be checked before it is used. */
export interface Manifest {
  readonly collection: string;
  readonly versionNumber: number;
  readonly madeAt: Date;
  readonly bytes: number;
  readonly algorithm: DigestAlgorithm;
  /** The digest of every part, one after the other. */
  readonly digests: Buffer;
}

/** Names the use of the derived key, so that no other use can ever share it. */
const macPurpose = 'backup-maker manifest 1';
const macPrefix = 'mac: ';

/**
 * The manifest as it is stored: a line of JSON, a line with its HMAC-SHA256 under a key that only the message's
 * recipients can derive, and an OpenPGP signature of the first line where it is signed.
 */
export async function writeManifest(
  manifest: Manifest,
  options: { readonly sessionKey: SessionKey; readonly signingKeys: readonly PrivateKey[] },
): Promise<Buffer> {
  const payload: Static<typeof Payload> = {
    format,
    collection: manifest.collection,
    versionNumber: manifest.versionNumber,
    madeAt: manifest.madeAt.toISOString(),
    bytes: manifest.bytes,
    digestAlgorithm: manifest.algorithm.name,
    digests: manifest.digests.toString('base64'),
  };
  const line = Buffer.from(JSON.stringify(payload));
  const mac = macOf(line, options.sessionKey).toString('base64');
  const signature = options.signingKeys.length === 0 ? '' : await signDetached(line, options.signingKeys);
  return Buffer.from(`${line}\n${macPrefix}${mac}\n${signature}`);
}

/**
 * Read a stored manifest and check that it was made by whoever made the message, for this collection and version.
 * @throws Failure `integrity` where it was not, or where `verificationKeys` are given and none of them signed it, or
 *   signed digests that do not hold against somebody who knows the session key
 */
export async function readManifest(
  stored: Buffer,
  expected: {
    readonly sessionKey: SessionKey;
    readonly collection: string;
    /** Undefined where the version is asked for by another name. */
    readonly versionNumber: number | undefined;
    readonly verificationKeys: readonly PublicKey[];
  },
): Promise<Manifest> {
  const [line = Buffer.alloc(0), macLine = Buffer.alloc(0), signature] = splitLines(stored);
  const mac = Buffer.from(macLine.toString('latin1').slice(macPrefix.length), 'base64');
  const expectedMac = macOf(line, expected.sessionKey);
  if (mac.length !== expectedMac.length || !timingSafeEqual(mac, expectedMac)) {
    throw new Failure(
      'integrity',
      "the version's manifest was not made with this version: one of them was replaced",
    );
  }
  if (expected.verificationKeys.length > 0) {
    await verifyDetached(line, signature.toString('utf8'), expected.verificationKeys);
  }
  const manifest = parsePayload(line, expected.sessionKey);
  if (expected.verificationKeys.length > 0 && manifest.algorithm.name !== 'SHA-256') {
    throw new Failure(
      'integrity',
      `the version's manifest is signed, but over digests (${manifest.algorithm.name}) that another recipient can forge`,
    );
  }
  if (manifest.collection !== expected.collection) {
    throw new Failure(
      'integrity',
      `the version was made for the collection ${manifest.collection}, not for ${expected.collection}`,
    );
  }
  const { versionNumber = manifest.versionNumber } = expected;
  if (manifest.versionNumber !== versionNumber) {
    throw new Failure(
      'integrity',
      `version ${manifest.versionNumber} was served in the place of version ${versionNumber}`,
    );
  }
  return manifest;
}

function macOf(line: Buffer, sessionKey: SessionKey): Buffer {
  return createHmac('sha256', sessionKey.derive(macPurpose, 32)).update(line).digest();
}

function splitLines(stored: Buffer): readonly [Buffer, Buffer, Buffer] {
  const first = stored.indexOf('\n');
  const second = first < 0 ? -1 : stored.indexOf('\n', first + 1);
  if (second < 0) {
    throw new Failure('integrity', "the version's manifest is damaged");
  }
  return [stored.subarray(0, first), stored.subarray(first + 1, second), stored.subarray(second + 1)];
}

/** Authenticated already: what is wrong here was written by a newer or a broken client. */
function parsePayload(line: Buffer, sessionKey: SessionKey): Manifest {
  const payload = jsonOf(line);
  if (!Value.Check(Payload, payload) || Number.isNaN(Date.parse(payload.madeAt))) {
    throw new Failure('integrity', "the version's manifest is of a kind that this program does not know");
  }
  const algorithm = digestAlgorithm(payload.digestAlgorithm, sessionKey);
  const digests = Buffer.from(payload.digests, 'base64');
  if (digests.length !== partsOf(payload.bytes) * algorithm.digestBytes) {
    throw new Failure('integrity', "the version's manifest does not cover all of it");
  }
  const { collection, versionNumber, madeAt, bytes } = payload;
  return { collection, versionNumber, madeAt: new Date(madeAt), bytes, algorithm, digests };
}

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}
