import { open } from 'node:fs/promises';
import { Failure, Secret } from '@backup-maker/model';
import type { SecretSource } from './input.ts';

const maxSecretBytes = 64 * 1024;

/** The secret, read from its file where it has one (without the newline at the end). */
export async function readSecret(source: SecretSource): Promise<Secret> {
  if (source.kind === 'value') {
    return source.secret;
  }
  const content = await readBounded(source.path, maxSecretBytes);
  return new Secret(content.toString('utf8').replace(/\r?\n$/, ''));
}

/**
 * A secret that goes into a header of a request.
 * @throws Failure `invalid-input` where it cannot, which what sends it would say together with the secret
 */
export async function readHeaderSecret(source: SecretSource, name: string): Promise<Secret> {
  const secret = await readSecret(source);
  if (!fitsHeader(secret)) {
    throw new Failure(
      'invalid-input',
      `${name} is empty or holds spaces, line breaks or other characters that it cannot have: was more than it copied?`,
    );
  }
  return secret;
}

/** Whether it is one word of visible ASCII (VCHAR, RFC 9110 section 5.5), as credentials are. */
export function fitsHeader(secret: Secret): boolean {
  return /^[\x21-\x7e]+$/.test(secret.reveal());
}

/** @throws Failure `invalid-input` where the file cannot be read, or is larger than any of its kind */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  try {
    await using file = await open(path);
    const buffer = Buffer.alloc(maxBytes + 1);
    let filled = 0;
    for (let read = 1; read > 0 && filled < buffer.length; filled += read) {
      read = (await file.read(buffer, filled)).bytesRead;
    }
    if (filled > maxBytes) {
      throw new Failure(
        'invalid-input',
        `${path} is larger than ${maxBytes} bytes: it is not what is expected here`,
      );
    }
    return buffer.subarray(0, filled);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw Failure.from(error, 'invalid-input', `cannot read ${path}: ${reason}`);
  }
}
