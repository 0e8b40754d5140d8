import { createHash } from 'node:crypto';
import { Failure } from '@backup-maker/model';

/** Checks the bytes of one request against what its sender computed. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  /** @throws Failure `integrity`, answered with 460: the same bytes may be sent again */
  verify(): void;
}

/** What `Upload-Checksum` may name (tus 1.0.0, checksum extension). */
export const checksumAlgorithms = ['sha1', 'sha256'] as const;

/**
 * Read an `Upload-Checksum` header: an algorithm and a digest in base64.
 * @throws Failure `invalid-input` for an algorithm that is not offered
 */
export function parseChecksum(header: string | undefined): Checksum | undefined {
  if (header === undefined) {
    return undefined;
  }
  const [, name, digest = ''] = /^([a-z0-9-]+) ([A-Za-z0-9+/]+={0,2})$/.exec(header.trim()) ?? [];
  const algorithm = checksumAlgorithms.find((known) => known === name);
  if (!algorithm) {
    throw new Failure(
      'invalid-input',
      `Upload-Checksum must be one of ${checksumAlgorithms.join(', ')}, and base64`,
    );
  }
  const hash = createHash(algorithm);
  return {
    update: (chunk) => {
      hash.update(chunk);
    },
    verify() {
      if (!hash.digest().equals(Buffer.from(digest, 'base64'))) {
        throw new Failure('integrity', 'the checksum does not match the bytes that arrived', {
          details: { tusStatus: 460 },
        });
      }
    },
  };
}
