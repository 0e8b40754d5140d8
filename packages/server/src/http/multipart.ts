import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@backup-maker/model';
import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy';
import type { ByteSource } from '../storage/storage.ts';
import { uploadField } from './form-field.ts';

/** What a form may bring along besides the file; none of it is used. */
const limits = { fields: 20, fieldSize: 64 * 1024, parts: 40, headerPairs: 50 } as const;

/**
 * The field `file` of a multipart form (RFC 7578), as a file or as a plain field, while it arrives.
 * @throws Failure `invalid-input` when there is no such field, or the form is malformed or cut off
 */
export async function* readMultipartFile(source: ByteSource, headers: IncomingHttpHeaders): ByteSource {
  const form = openForm(headers);
  const found = Promise.withResolvers<Readable | undefined>();
  let file: Readable | undefined;
  form.on('file', (name, stream) => {
    if (name === uploadField && !file) {
      file = stream;
      found.resolve(stream);
    } else {
      stream.resume();
    }
  });
  form.once('finish', () => found.resolve(undefined));
  const fed = pipeline(source, form).catch((error: unknown) => {
    const failure = malformed(error);
    found.reject(failure);
    file?.destroy(failure);
    throw failure;
  });
  fed.catch(() => {});
  yield* await firstFile(found.promise);
  // Only now is it known that the form ended with its last boundary.
  await fed;
}

function openForm(headers: IncomingHttpHeaders): BusboyInstance {
  try {
    return new Busboy({
      headers: headers as BusboyConfig['headers'],
      limits,
      isPartAFile: (name) => name === uploadField,
    });
  } catch (error) {
    throw malformed(error);
  }
}

async function firstFile(found: Promise<Readable | undefined>): Promise<ByteSource> {
  const file = await found;
  if (!file) {
    throw new Failure('invalid-input', `the form has no field "${uploadField}"`);
  }
  return file;
}

function malformed(error: unknown): Failure {
  return Failure.from(error, 'invalid-input', 'the form is malformed, or was cut off');
}
