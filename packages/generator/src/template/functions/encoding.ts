import { createHash } from 'node:crypto';
import { parse as parseYaml } from 'yaml';
import type { Budget } from '../budget.ts';
import { type JsonStyle, printJson } from '../json.ts';
import { type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isList, isMap, toValue, type Value } from '../value.ts';
import { printYaml } from '../yaml.ts';

/** As Go reads JSON without a type: every number is a float64. */
function floats(value: Value): Value {
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map(floats);
  if (isMap(value)) return new Map([...value].map(([key, item]) => [key, floats(item)] as const));
  return value;
}

function mustFromJson(source: string): Value {
  try {
    return floats(toValue(JSON.parse(source)));
  } catch {
    throw new CallError('the text is not valid JSON');
  }
}

/** Sprig swallows the error: what is no JSON is nil. */
function fromJson(source: string): Value {
  try {
    return floats(toValue(JSON.parse(source)));
  } catch {
    return null;
  }
}

const yamlOptions = {
  mapAsMap: true,
  maxAliasCount: 100,
  logLevel: 'silent',
  version: '1.1',
  // As in Go the last one counts; the parser would compare every key of a map with every other.
  uniqueKeys: false,
} as const;

/** Reading YAML takes a microsecond a character, so it counts for more than other functions. */
const yamlCharactersPerStep = 8;

/** Helm's: a map, or a map whose `Error` says why not. */
function fromYaml(source: string, budget: Budget): Value {
  budget.spend(Math.ceil(source.length / yamlCharactersPerStep));
  try {
    const parsed = floats(toValue(parseYaml(source, yamlOptions)));
    if (parsed === null) return new Map();
    return isMap(parsed) ? parsed : new Map([['Error', 'the YAML is not a map']]);
  } catch (error) {
    return new Map([['Error', (error as Error).message]]);
  }
}

function fromBase64(source: string): string {
  const compact = source.replaceAll(/[\r\n]/g, '');
  const bytes = Buffer.from(compact, 'base64');
  if (bytes.toString('base64') === compact) return bytes.toString();
  const wrong = /[^A-Za-z0-9+/]/.exec(compact)?.index ?? compact.length - (compact.length % 4);
  return `illegal base64 data at input byte ${wrong}`;
}

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toBase32(source: string): string {
  const bits = Array.from(Buffer.from(source), (byte) => byte.toString(2).padStart(8, '0')).join('');
  const characters = (bits.match(/.{1,5}/g) ?? []).map(
    (group) => base32Alphabet[Number.parseInt(group.padEnd(5, '0'), 2)],
  );
  return characters.join('').padEnd(Math.ceil(characters.length / 8) * 8, '=');
}

function fromBase32(source: string): string {
  const compact = source.replaceAll(/[\r\n]/g, '');
  const digits = compact.replace(/=+$/, '');
  const wrong = /[^A-Z2-7]/.exec(digits)?.index;
  if (wrong !== undefined) return `illegal base32 data at input byte ${wrong}`;
  if (compact.length % 8 !== 0 && digits === compact) {
    return `illegal base32 data at input byte ${compact.length - (compact.length % 8)}`;
  }
  if (compact.length % 8 !== 0 || ![0, 1, 3, 4, 6].includes(compact.length - digits.length)) {
    return `illegal base32 data at input byte ${Math.min(digits.length, compact.length)}`;
  }
  const bits = Array.from(digits, (digit) => base32Alphabet.indexOf(digit).toString(2).padStart(5, '0')).join(
    '',
  );
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString();
}

/** RFC 1950's checksum. */
function adler32(source: string): number {
  let [low, high] = [1, 0];
  for (const byte of Buffer.from(source)) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

function digest(algorithm: 'sha1' | 'sha256' | 'sha512'): TemplateFunction {
  return {
    parameters: ['string'],
    call: (values) => createHash(algorithm).update(text(values, 0)).digest('hex'),
  };
}

function jsonWriter(style: JsonStyle): TemplateFunction {
  return { parameters: ['any'], call: ([value = null], { budget }) => printJson(value, budget, style) };
}

const json = jsonWriter({ isPretty: false, escapesHtml: true });
const prettyJson = jsonWriter({ isPretty: true, escapesHtml: true });
const rawJson = jsonWriter({ isPretty: false, escapesHtml: false });

export const encodingFunctions: FunctionTable = {
  b64enc: { parameters: ['string'], call: (values) => Buffer.from(text(values, 0)).toString('base64') },
  b64dec: { parameters: ['string'], call: (values) => fromBase64(text(values, 0)) },
  b32enc: { parameters: ['string'], call: (values) => toBase32(text(values, 0)) },
  b32dec: { parameters: ['string'], call: (values) => fromBase32(text(values, 0)) },
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
  adler32sum: { parameters: ['string'], call: (values) => String(adler32(text(values, 0))) },
  toJson: json,
  mustToJson: json,
  toPrettyJson: prettyJson,
  mustToPrettyJson: prettyJson,
  toRawJson: rawJson,
  mustToRawJson: rawJson,
  fromJson: { parameters: ['string'], call: (values) => fromJson(text(values, 0)) },
  mustFromJson: { parameters: ['string'], call: (values) => mustFromJson(text(values, 0)) },
  toYaml: { parameters: ['any'], call: ([value = null], { budget }) => printYaml(value, budget) },
  fromYaml: { parameters: ['string'], call: (values, { budget }) => fromYaml(text(values, 0), budget) },
};
