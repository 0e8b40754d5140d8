import { StatusError } from '../status-error.ts';

/** How a client wants objects to be written. */
export type Representation = 'object' | 'table' | 'partial';

/** Reads an Accept header: the first of its forms that this server has, 406 where it has none. */
export function negotiate(accept: string | undefined): Representation {
  if (accept === undefined || accept === '') {
    return 'object';
  }
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') {
      continue;
    }
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) {
      return 'object';
    }
    if (as === 'Table') {
      return 'table';
    }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return 'partial';
    }
  }
  throw new StatusError('NotAcceptable', 'only the following media types are accepted: application/json');
}
