import { createHash } from 'node:crypto';
import { parse as parseYaml } from 'yaml';
import type { Budget } from '../budget.ts';
import { printFloat } from '../print.ts';
import { type FunctionTable, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isList, isMap, Moment, sortedKeys, toValue, type Value } from '../value.ts';
import { printYaml } from '../yaml.ts';

/** JSON as Go writes it: keys sorted, `<`, `>` and `&` escaped. */
function printJson(value: Value, budget: Budget, depth = 0): string {
  budget.spend(1);
  budget.depth(depth);
  if (typeof value === 'number') return jsonNumber(value);
  if (typeof value === 'string') return jsonText(value);
  if (isList(value)) return `[${value.map((item) => printJson(item, budget, depth + 1)).join(',')}]`;
  if (isMap(value)) {
    const entries = sortedKeys(value).map(
      (key) => `${jsonText(key)}:${printJson(value.get(key) ?? null, budget, depth + 1)}`,
    );
    return `{${entries.join(',')}}`;
  }
  if (value instanceof Moment) return jsonText(new Date(value.epochMs).toISOString());
  return String(value);
}

/** Go's JSON uses exponents below 1e-6 and from 1e21 up, without a zero in front. */
function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new CallError(`json: unsupported value: ${printFloat(value)}`);
  return Object.is(value, -0) ? '-0' : String(value).replace(/e-0?/, 'e-');
}

function jsonText(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As Go reads JSON without a type: every number is a float64. */
function floats(value: Value): Value {
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map(floats);
  if (isMap(value)) return new Map([...value].map(([key, item]) => [key, floats(item)] as const));
  return value;
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

export const encodingFunctions: FunctionTable = {
  b64enc: { parameters: ['string'], call: (values) => Buffer.from(text(values, 0)).toString('base64') },
  b64dec: { parameters: ['string'], call: (values) => fromBase64(text(values, 0)) },
  sha256sum: {
    parameters: ['string'],
    call: (values) => createHash('sha256').update(text(values, 0)).digest('hex'),
  },
  toJson: { parameters: ['any'], call: ([value = null], { budget }) => printJson(value, budget) },
  fromJson: { parameters: ['string'], call: (values) => fromJson(text(values, 0)) },
  toYaml: { parameters: ['any'], call: ([value = null], { budget }) => printYaml(value, budget) },
  fromYaml: { parameters: ['string'], call: (values, { budget }) => fromYaml(text(values, 0), budget) },
};
