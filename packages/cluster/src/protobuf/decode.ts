import type { Json, JsonObject } from '../json.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { messages } from './messages.ts';
import { wireFields } from './wire.ts';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly shape: 'one' | 'list' | 'map';
  readonly inline: boolean;
}

/** The first bytes of every protobuf body of Kubernetes. */
const magic = Buffer.from('k8s\0', 'latin1');
const parsed = new Map<string, ReadonlyMap<number, Field>>();

/**
 * Reads an object that a client sends as `application/vnd.kubernetes.protobuf`, as kubectl's `create` commands do. A
 * field that is not known here is refused: it must not be lost without a word.
 */
export function decodeObject(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    throw badRequest('the body of the request is no Kubernetes protobuf');
  }
  const envelope = decodeEnvelope(bytes.subarray(magic.length));
  if (!Object.hasOwn(messages, envelope.kind)) {
    throw new StatusError(
      'UnsupportedMediaType',
      `${envelope.kind} is not taken as protobuf: send it as application/json`,
    );
  }
  return {
    apiVersion: envelope.apiVersion,
    kind: envelope.kind,
    ...decodeMessage(envelope.raw, envelope.kind),
  };
}

/** runtime.Unknown: type 1 (apiVersion 1, kind 2) and raw 2. */
function decodeEnvelope(bytes: Buffer): {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
} {
  let raw: Buffer = Buffer.alloc(0);
  const type = { apiVersion: '', kind: '' };
  for (const { number, value } of wireFields(bytes)) {
    if (number === 1) {
      for (const field of wireFields(asBytes(value))) {
        type[field.number === 1 ? 'apiVersion' : 'kind'] = asBytes(field.value).toString('utf8');
      }
    } else if (number === 2) {
      raw = asBytes(value);
    }
  }
  return { ...type, raw };
}

function decodeMessage(bytes: Buffer, message: string): JsonObject {
  const fields = fieldsOf(message);
  const result: Record<string, Json> = {};
  for (const { number, value } of wireFields(bytes)) {
    const field = fields.get(number);
    if (field === undefined) {
      throw new StatusError(
        'UnsupportedMediaType',
        `field ${number} of ${message} is not known as protobuf: send the object as application/json`,
      );
    }
    add(result, field, value);
  }
  return result;
}

function add(result: Record<string, Json>, field: Field, value: bigint | Buffer): void {
  if (field.type === 'ignored') {
    return;
  }
  if (field.inline) {
    Object.assign(result, decodeMessage(asBytes(value), field.type));
    return;
  }
  switch (field.shape) {
    case 'list':
      result[field.name] = [
        ...((result[field.name] as readonly Json[] | undefined) ?? []),
        decodeValue(field.type, value) ?? '',
      ];
      return;
    case 'map': {
      const entry = decodeEntry(asBytes(value), field.type);
      result[field.name] = { ...(result[field.name] as JsonObject | undefined), ...entry };
      return;
    }
    case 'one': {
      const decoded = decodeValue(field.type, value);
      // An empty text is an absent field: Go writes both the same.
      if (decoded !== undefined && decoded !== '') {
        result[field.name] = decoded;
      }
      return;
    }
    default:
      field.shape satisfies never;
  }
}

function decodeEntry(bytes: Buffer, type: string): JsonObject {
  let key = '';
  let entry: Json = '';
  for (const { number, value } of wireFields(bytes)) {
    if (number === 1) {
      key = asBytes(value).toString('utf8');
    } else {
      entry = decodeValue(type, value) ?? '';
    }
  }
  return Object.fromEntries([[key, entry]]);
}

function decodeValue(type: string, value: bigint | Buffer): Json | undefined {
  switch (type) {
    case 'string':
      return asBytes(value).toString('utf8');
    case 'bytes':
      return asBytes(value).toString('base64');
    case 'int':
      return Number(value);
    case 'bool':
      return value !== 0n;
    case 'Quantity':
      return numbered(asBytes(value)).get(1)?.toString('utf8') ?? '0';
    case 'Time':
    case 'MicroTime':
      return decodeTime(asBytes(value), type);
    case 'IntOrString': {
      const parts = new Map(
        [...wireFields(asBytes(value))].map((field) => [field.number, field.value] as const),
      );
      return parts.get(1) === 1n
        ? asBytes(parts.get(3) ?? Buffer.alloc(0)).toString('utf8')
        : Number(parts.get(2) ?? 0n);
    }
    default:
      return decodeMessage(asBytes(value), type);
  }
}

/** Seconds 1 and nanoseconds 2; a message without them is no time at all. */
function decodeTime(bytes: Buffer, type: 'Time' | 'MicroTime'): string | undefined {
  const parts = new Map(
    [...wireFields(bytes)].map((field) => [field.number, Number(field.value as bigint)] as const),
  );
  const seconds = parts.get(1);
  if (seconds === undefined) {
    return undefined;
  }
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const micros = String(Math.floor((parts.get(2) ?? 0) / 1000)).padStart(6, '0');
  return type === 'Time' ? `${whole}Z` : `${whole}.${micros}Z`;
}

function numbered(bytes: Buffer): ReadonlyMap<number, Buffer> {
  return new Map([...wireFields(bytes)].map(({ number, value }) => [number, asBytes(value)] as const));
}

function asBytes(value: bigint | Buffer): Buffer {
  if (typeof value === 'bigint') {
    throw badRequest('the protobuf body has a number where text or a message belongs');
  }
  return value;
}

function fieldsOf(message: string): ReadonlyMap<number, Field> {
  const known = parsed.get(message);
  if (known !== undefined) {
    return known;
  }
  const fields = new Map(
    (messages[message] ?? '')
      .split(' ')
      .filter((part) => part !== '')
      .map(parseField),
  );
  parsed.set(message, fields);
  return fields;
}

function parseField(text: string): readonly [number, Field] {
  const [name = '', number = '', type = ''] = text.split(':');
  const shape = type.endsWith('[]') ? 'list' : type.endsWith('{}') ? 'map' : 'one';
  return [
    Number(number),
    { name: name.replace('^', ''), type: type.replace(/\[\]|\{\}/, ''), shape, inline: name.startsWith('^') },
  ];
}
