/** The packet types that occur in encrypted messages and around them (RFC 9580 section 5). */
export const packetTag = {
  publicKeyEncryptedSessionKey: 1,
  signature: 2,
  symmetricKeyEncryptedSessionKey: 3,
  onePassSignature: 4,
  compressedData: 8,
  symmetricallyEncryptedData: 9,
  marker: 10,
  literalData: 11,
  integrityProtectedData: 18,
  modificationDetection: 19,
  /** LibrePGP's OCB packet, which GnuPG 2.3 and newer write to keys that ask for it. */
  aeadEncryptedData: 20,
  padding: 21,
} as const;

const dataTags: ReadonlySet<number> = new Set([
  packetTag.compressedData,
  packetTag.symmetricallyEncryptedData,
  packetTag.literalData,
  packetTag.integrityProtectedData,
  packetTag.aeadEncryptedData,
]);

/** Only data packets may be cut in partial lengths (RFC 9580 section 4.2.1.4). */
export function mayBePartial(tag: number): boolean {
  return dataTags.has(tag);
}
