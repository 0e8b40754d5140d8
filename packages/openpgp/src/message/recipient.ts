import { Failure } from '@backup-maker/model';

const wildcard = '0'.repeat(16);

/**
 * For whom a public-key session-key packet is (RFC 9580 section 5.1): the 16 hex digits of the (sub)key's id,
 * upper case. Undefined for a hidden recipient.
 */
export function recipientKeyId(body: Buffer): string | undefined {
  switch (body[0]) {
    case 3:
      return keyId(body.subarray(1, 9));
    case 6:
      return recipientOfVersion6(body);
    default:
      throw new Failure('not-openpgp', `version ${body[0] ?? 'none'} of the session-key packet is not known`);
  }
}

function recipientOfVersion6(body: Buffer): string | undefined {
  const size = body[1] ?? 0;
  if (size === 0) {
    return undefined;
  }
  const fingerprint = body.subarray(3, 2 + size);
  return keyId(body[2] === 4 ? fingerprint.subarray(-8) : fingerprint.subarray(0, 8));
}

function keyId(bytes: Buffer): string | undefined {
  if (bytes.length !== 8) {
    throw new Failure('not-openpgp', 'a session-key packet is too short to name its recipient');
  }
  const id = bytes.toString('hex').toUpperCase();
  return id === wildcard ? undefined : id;
}
