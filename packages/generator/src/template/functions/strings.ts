import { printValue } from '../print.ts';
import { goQuote } from '../quote.ts';
import { type CallContext, type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isList, TextMap, TypedList, type Value } from '../value.ts';

const goSpace = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const leadingOrTrailingSpace = new RegExp(`^${goSpace}|${goSpace}$`, 'g');

function trimCharacters(value: string, characters: string): string {
  const set = new Set(characters);
  const all = [...value];
  let start = 0;
  let end = all.length;
  while (start < end && set.has(all[start] ?? '')) start++;
  while (end > start && set.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

/** Go maps character by character: `ß` has no single capital letter, so it stays. */
function mapCase(value: string, change: (character: string) => string): string {
  return value.replaceAll(/[\0-\x7f]+|[^\0-\x7f]/gu, (part) => {
    const changed = change(part);
    return part < '\x80' || [...changed].length === 1 ? changed : part;
  });
}

const upper = (value: string) => mapCase(value, (character) => character.toUpperCase());
const lower = (value: string) =>
  // The one character whose small form has two: Go takes the first.
  mapCase(value, (character) => (character === 'İ' ? 'i' : character.toLowerCase()));

/** Every word with a capital first letter. Beyond ASCII only spaces end a word. */
function title(value: string): string {
  return value.replaceAll(/(?<![A-Za-z0-9_]|(?!\s)[\u0080-\u{10ffff}])\p{L}/gu, upper);
}

/** As Go's strings.Split: an empty separator splits between characters. */
function splitText(separator: string, value: string): string[] {
  return separator === '' ? [...value] : value.split(separator);
}

/** The texts of a list, without its nils. */
export function textsOf(value: Value, { budget }: CallContext): string[] {
  if (value === null) return [];
  return (isList(value) ? value : [value]).flatMap((item) =>
    item === null ? [] : [printValue(item, budget)],
  );
}

function indent(values: readonly Value[], { budget }: CallContext): string {
  const spaces = Number(values[0]);
  if (spaces < 0) throw new CallError('strings: negative Repeat count');
  const lines = text(values, 1).split('\n');
  budget.text(text(values, 1).length + spaces * lines.length);
  const padding = ' '.repeat(spaces);
  return padding + lines.join(`\n${padding}`);
}

function repeat(values: readonly Value[], { budget }: CallContext): string {
  const count = Number(values[0]);
  if (count < 0) throw new CallError('strings: negative Repeat count');
  budget.text(count * text(values, 1).length);
  return text(values, 1).repeat(count);
}

function replace(values: readonly Value[], { budget }: CallContext): string {
  const [from, to, source] = [text(values, 0), text(values, 1), text(values, 2)];
  const pieces = from === '' ? ['', ...source, ''] : source.split(from);
  budget.text(source.length + (pieces.length - 1) * to.length);
  return pieces.join(to);
}

/** At most `count` parts, the last one with what is left; a negative count is none. */
function splitSome(separator: string, count: number, value: string): string[] {
  const parts = splitText(separator, value);
  if (count < 0 || parts.length <= count) return parts;
  if (count === 0) return [];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): TextMap {
  return new TextMap(parts.map((part, i) => [`_${i}`, part] as const));
}

const one = ['string'] as const;
const two = ['string', 'string'] as const;

const trimAll: TemplateFunction = {
  parameters: two,
  call: (values) => trimCharacters(text(values, 1), text(values, 0)),
};

const asText: TemplateFunction = {
  parameters: ['any'],
  call: ([value = null], { budget }) => printValue(value, budget),
};

export const stringFunctions: FunctionTable = {
  upper: { parameters: one, call: (values) => upper(text(values, 0)) },
  lower: { parameters: one, call: (values) => lower(text(values, 0)) },
  title: { parameters: one, call: (values) => title(text(values, 0)) },
  trim: { parameters: one, call: (values) => text(values, 0).replaceAll(leadingOrTrailingSpace, '') },
  trimAll,
  trimall: trimAll,
  trimPrefix: {
    parameters: two,
    call: (values) =>
      text(values, 1).startsWith(text(values, 0))
        ? text(values, 1).slice(text(values, 0).length)
        : text(values, 1),
  },
  trimSuffix: {
    parameters: two,
    call: (values) =>
      text(values, 1).endsWith(text(values, 0))
        ? text(values, 1).slice(0, text(values, 1).length - text(values, 0).length)
        : text(values, 1),
  },
  replace: { parameters: ['string', 'string', 'string'], call: replace },
  contains: { parameters: two, call: (values) => text(values, 1).includes(text(values, 0)) },
  hasPrefix: { parameters: two, call: (values) => text(values, 1).startsWith(text(values, 0)) },
  hasSuffix: { parameters: two, call: (values) => text(values, 1).endsWith(text(values, 0)) },
  split: { parameters: two, call: (values) => numbered(splitText(text(values, 0), text(values, 1))) },
  splitn: {
    parameters: ['string', 'int', 'string'],
    call: (values) => numbered(splitSome(text(values, 0), Number(values[1]), text(values, 2))),
  },
  splitList: {
    parameters: two,
    call: (values) => new TypedList('string', splitText(text(values, 0), text(values, 1))),
  },
  join: {
    parameters: ['string', 'any'],
    call: (values, context) => {
      const parts = textsOf(values[1] ?? null, context);
      context.budget.text(parts.reduce((sum, part) => sum + part.length + text(values, 0).length, 0));
      return parts.join(text(values, 0));
    },
  },
  repeat: { parameters: ['int', 'string'], call: repeat },
  indent: { parameters: ['int', 'string'], call: indent },
  nindent: { parameters: ['int', 'string'], call: (values, context) => `\n${indent(values, context)}` },
  quote: {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) =>
      values.flatMap((value) => (value === null ? [] : [goQuote(printValue(value, budget))])).join(' '),
  },
  squote: {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) =>
      values.flatMap((value) => (value === null ? [] : [`'${printValue(value, budget)}'`])).join(' '),
  },
  toString: asText,
};
