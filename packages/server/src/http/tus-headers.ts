import { Failure } from '@backup-maker/model';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The version of the protocol: https://tus.io/protocols/resumable-upload, 1.0.0. */
export const tusVersion = '1.0.0';
export const tusExtensions = [
  'creation',
  'creation-defer-length',
  'checksum',
  'expiration',
  'termination',
] as const;

/** @throws Failure `invalid-input`, answered with 412, when the client speaks another version */
export function insistOnTusVersion(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('Tus-Resumable', tusVersion);
  if (request.headers['tus-resumable'] !== tusVersion) {
    reply.header('Tus-Version', tusVersion);
    throw new Failure(
      'invalid-input',
      `this server speaks tus ${tusVersion}: send Tus-Resumable: ${tusVersion}`,
      {
        details: { tusStatus: 412 },
      },
    );
  }
}

/**
 * A header that is a whole number, such as of bytes.
 * @throws Failure `invalid-input` when it is anything else
 */
export function numberHeader(request: FastifyRequest, name: string): number | undefined {
  const value = request.headers[name.toLowerCase()];
  if (value === undefined) {
    return undefined;
  }
  const number = Number(value);
  if (typeof value !== 'string' || !/^[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(number)) {
    throw new Failure('invalid-input', `${name} must be a whole number`);
  }
  return number;
}

const maxMetadataLength = 4096;

/** @throws Failure `invalid-input` when it is longer than a label needs to be */
export function metadataHeader(request: FastifyRequest): string {
  const value = request.headers['upload-metadata'];
  const text = typeof value === 'string' ? value : '';
  if (text.length > maxMetadataLength) {
    throw new Failure(
      'invalid-input',
      `Upload-Metadata must not be longer than ${maxMetadataLength} characters`,
    );
  }
  return text;
}
