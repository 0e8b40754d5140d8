import type { FunctionTable } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { byteLength, isList, isMap, typeName, type Value } from '../value.ts';

function lengthOf(value: Value): number {
  if (typeof value === 'string') return byteLength(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return value.size;
  throw new CallError(value === null ? 'len of nil pointer' : `len of type ${typeName(value)}`);
}

function position(index: Value, limit: number): number {
  if (typeof index !== 'bigint') {
    throw new CallError(
      index === null
        ? 'cannot index slice/array with nil'
        : `cannot index slice/array with type ${typeName(index)}`,
    );
  }
  if (index < 0n || index > BigInt(limit)) {
    throw new CallError(`index out of range: ${index}`);
  }
  return Number(index);
}

function element(item: Value, index: Value): Value {
  if (isMap(item)) {
    if (typeof index !== 'string') {
      throw new CallError(
        index === null
          ? 'value is nil; should be of type string'
          : `value has type ${typeName(index)}; should be string`,
      );
    }
    return item.get(index) ?? null;
  }
  if (isList(item) || typeof item === 'string') {
    const bytes = typeof item === 'string' ? Buffer.from(item) : undefined;
    const length = bytes?.length ?? item.length;
    const at = position(index, length);
    if (at >= length) {
      throw new CallError(
        bytes === undefined ? 'reflect: slice index out of range' : 'reflect: string index out of range',
      );
    }
    return bytes === undefined ? ((item as readonly Value[])[at] ?? null) : BigInt(bytes[at] ?? 0);
  }
  throw new CallError(item === null ? 'index of nil pointer' : `can't index item of type ${typeName(item)}`);
}

function slice(item: Value, indexes: readonly Value[]): Value {
  if (item === null) throw new CallError('slice of untyped nil');
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`);
  if (typeof item === 'string' && indexes.length === 3) throw new CallError('cannot 3-index slice a string');
  if (typeof item !== 'string' && !isList(item))
    throw new CallError(`can't slice item of type ${typeName(item)}`);
  const length = lengthOf(item);
  const [start = 0, end = length, capacity = length] = indexes.map((index) => position(index, length));
  if (start > end) throw new CallError(`invalid slice index: ${start} > ${end}`);
  if (end > capacity) throw new CallError(`invalid slice index: ${end} > ${capacity}`);
  return typeof item === 'string'
    ? Buffer.from(item).subarray(start, end).toString()
    : item.slice(start, end);
}

export const accessFunctions: FunctionTable = {
  len: { parameters: ['any'], call: ([item = null]) => BigInt(lengthOf(item)) },
  index: {
    parameters: ['any'],
    rest: 'any',
    call: ([item = null, ...indexes]) => {
      if (item === null) throw new CallError('index of untyped nil');
      return indexes.reduce(element, item);
    },
  },
  slice: { parameters: ['any'], rest: 'any', call: ([item = null, ...indexes]) => slice(item, indexes) },
  call: {
    parameters: ['any'],
    rest: 'any',
    // No value that a template can get is a function.
    call: ([item = null]) => {
      throw new CallError(item === null ? 'call of nil' : `non-function of type ${typeName(item)}`);
    },
  },
};
