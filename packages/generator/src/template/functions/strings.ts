import { RE2JS } from 're2js';
import { printValue } from '../print.ts';
import { goQuote } from '../quote.ts';
import { type CallContext, type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isList, type Value } from '../value.ts';

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

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new CallError(`regexp: Compile(${goQuote(pattern)}): ${(error as Error).message}`);
  }
}

function regexMatch(values: readonly Value[]): boolean {
  try {
    return RE2JS.compile(text(values, 0)).matcher(text(values, 1)).find();
  } catch {
    return false; // what Sprig answers for a pattern that is none
  }
}

/** `$1`, `${1}`, `$name` as in Go, where `$1x` means the group `1x`. */
function expand(
  replacement: string,
  groups: readonly (string | null)[],
  names: Readonly<Record<string, number>>,
): string {
  return replacement.replaceAll(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (all, braced, bare) => {
    if (all === '$$') return '$';
    const name = String(braced ?? bare);
    return groups[/^[0-9]+$/.test(name) ? Number(name) : (names[name] ?? -1)] ?? '';
  });
}

function regexReplaceAll(values: readonly Value[], { budget }: CallContext): string {
  const [source, replacement] = [text(values, 1), text(values, 2)];
  const pattern = compile(text(values, 0));
  const matcher = pattern.matcher(source);
  const names = pattern.namedGroups() as Readonly<Record<string, number>>;
  let result = '';
  let end = 0;
  let previousEnd = -1;
  while (matcher.find()) {
    budget.spend(1);
    // Go ignores an empty match right behind a match.
    if (matcher.end() === matcher.start() && matcher.start() === previousEnd) continue;
    previousEnd = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
    result += source.slice(end, matcher.start()) + expand(replacement, groups, names);
    end = matcher.end();
    budget.text(result.length);
  }
  return result + source.slice(end);
}

const one = ['string'] as const;
const two = ['string', 'string'] as const;

const asText: TemplateFunction = {
  parameters: ['any'],
  call: ([value = null], { budget }) => printValue(value, budget),
};

export const stringFunctions: FunctionTable = {
  upper: { parameters: one, call: (values) => upper(text(values, 0)) },
  lower: { parameters: one, call: (values) => lower(text(values, 0)) },
  title: { parameters: one, call: (values) => title(text(values, 0)) },
  trim: { parameters: one, call: (values) => text(values, 0).replaceAll(leadingOrTrailingSpace, '') },
  trimAll: { parameters: two, call: (values) => trimCharacters(text(values, 1), text(values, 0)) },
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
  split: {
    parameters: two,
    call: (values) =>
      new Map(splitText(text(values, 0), text(values, 1)).map((part, i) => [`_${i}`, part] as const)),
  },
  splitList: { parameters: two, call: (values) => splitText(text(values, 0), text(values, 1)) },
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
  regexMatch: { parameters: two, call: regexMatch },
  regexReplaceAll: { parameters: ['string', 'string', 'string'], call: regexReplaceAll },
};
