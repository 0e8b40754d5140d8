import { badRequest } from '../status-error.ts';

/** One field on the wire: varints as bigint, length-delimited ones as bytes. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** Reads the fields of a Protocol Buffers message (https://protobuf.dev/programming-guides/encoding). */
export function* wireFields(bytes: Buffer): Iterable<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) {
        throw cut();
      }
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt.asIntN(64, value);
      }
    }
    throw badRequest('the protobuf body has a number of more than 64 bits');
  };
  const take = (size: number): Buffer => {
    if (size < 0 || at + size > bytes.length) {
      throw cut();
    }
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: take(8) };
        break;
      case 2:
        yield { number, value: take(Number(varint())) };
        break;
      case 5:
        yield { number, value: take(4) };
        break;
      default:
        throw badRequest(`the protobuf body has a field of unknown wire type ${tag & 7}`);
    }
  }
}

function cut(): Error {
  return badRequest('the protobuf body ends in the middle of a field');
}
