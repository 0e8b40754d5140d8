import { RE2JS } from 're2js';
import type { Budget } from '../budget.ts';
import { goQuote } from '../quote.ts';
import { type CallContext, type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { TypedList, type Value } from '../value.ts';

interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
}

interface Pattern {
  readonly expression: RE2JS;
  /** Steps for every character of the text that is searched. */
  readonly cost: number;
}

/** An automaton of this many states costs about as much for a character as a step. */
const statesPerStep = 128;
/** A pattern as long as a text can be would take seconds to read. */
const maxPatternLength = 10_000;

function compile(pattern: string, budget: Budget): Pattern {
  budget.spend(Math.ceil(pattern.length / 8));
  if (pattern.length > maxPatternLength) {
    throw new CallError(`regexp: the pattern is longer than ${maxPatternLength} characters`);
  }
  try {
    const expression = RE2JS.compile(pattern);
    budget.spend(Math.ceil(expression.programSize() / 8));
    return { expression, cost: expression.programSize() / statesPerStep };
  } catch (error) {
    if (!(error instanceof Error) || !error.constructor.name.startsWith('RE2JS')) throw error;
    throw new CallError(`regexp: Compile(${goQuote(pattern)}): ${error.message}`);
  }
}

/** The matches as Go finds them: an empty one right behind another does not count. */
function* matchesOf({ expression, cost }: Pattern, source: string, budget: Budget): Generator<Match> {
  budget.spend(Math.ceil(source.length * cost));
  const matcher = expression.matcher(source);
  let previousEnd = -1;
  while (matcher.find()) {
    budget.spend(1);
    if (matcher.end() === matcher.start() && matcher.start() === previousEnd) continue;
    previousEnd = matcher.end();
    yield {
      start: matcher.start(),
      end: matcher.end(),
      groups: Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i)),
    };
  }
}

/** At most `limit` of them; all when it is negative. */
function* firstMatches(pattern: Pattern, source: string, limit: bigint, budget: Budget): Generator<Match> {
  let left = limit;
  if (left === 0n) return;
  for (const match of matchesOf(pattern, source, budget)) {
    yield match;
    left -= 1n;
    if (left === 0n) return;
  }
}

function find(values: readonly Value[], { budget }: CallContext): string {
  const [match] = firstMatches(compile(text(values, 0), budget), text(values, 1), 1n, budget);
  return match?.groups[0] ?? '';
}

function findAll(values: readonly Value[], { budget }: CallContext): TypedList {
  const matches = firstMatches(
    compile(text(values, 0), budget),
    text(values, 1),
    values[2] as bigint,
    budget,
  );
  return new TypedList(
    'string',
    [...matches].map(({ groups }) => groups[0] ?? ''),
  );
}

function split(values: readonly Value[], { budget }: CallContext): TypedList {
  const [source, limit] = [text(values, 1), values[2] as bigint];
  const pattern = compile(text(values, 0), budget);
  if (limit === 0n) return new TypedList('string', []);
  if (text(values, 0) !== '' && source === '') return new TypedList('string', ['']);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of firstMatches(pattern, source, limit, budget)) {
    if (limit > 0n && BigInt(parts.length) === limit - 1n) break;
    end = match.start;
    if (match.end !== 0) parts.push(source.slice(start, end));
    start = match.end;
  }
  if (end !== source.length) parts.push(source.slice(start));
  return new TypedList('string', parts);
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

type Replacement = (match: Match, names: Readonly<Record<string, number>>) => string;

function replaceAll(values: readonly Value[], { budget }: CallContext, replacement: Replacement): string {
  const source = text(values, 1);
  const pattern = compile(text(values, 0), budget);
  const names = pattern.expression.namedGroups() as Readonly<Record<string, number>>;
  let result = '';
  let end = 0;
  for (const match of matchesOf(pattern, source, budget)) {
    result += source.slice(end, match.start) + replacement(match, names);
    end = match.end;
    budget.text(result.length);
  }
  return result + source.slice(end);
}

function isMatch(values: readonly Value[], { budget }: CallContext): boolean {
  const [match] = firstMatches(compile(text(values, 0), budget), text(values, 1), 1n, budget);
  return match !== undefined;
}

const two = ['string', 'string'] as const;
const three = ['string', 'string', 'string'] as const;
const limited = ['string', 'string', 'int'] as const;

const regexFind: TemplateFunction = { parameters: two, call: find };
const regexFindAll: TemplateFunction = { parameters: limited, call: findAll };
const regexSplit: TemplateFunction = { parameters: limited, call: split };
const regexReplaceAll: TemplateFunction = {
  parameters: three,
  call: (values, context) =>
    replaceAll(values, context, ({ groups }, names) => expand(text(values, 2), groups, names)),
};
const regexReplaceAllLiteral: TemplateFunction = {
  parameters: three,
  call: (values, context) => replaceAll(values, context, () => text(values, 2)),
};

export const regularExpressionFunctions: FunctionTable = {
  regexMatch: {
    parameters: two,
    call: (values, context) => {
      try {
        return isMatch(values, context);
      } catch (error) {
        if (error instanceof CallError) return false; // what Sprig answers for a pattern that is none
        throw error;
      }
    },
  },
  mustRegexMatch: { parameters: two, call: isMatch },
  regexFind,
  mustRegexFind: regexFind,
  regexFindAll,
  mustRegexFindAll: regexFindAll,
  regexReplaceAll,
  mustRegexReplaceAll: regexReplaceAll,
  regexReplaceAllLiteral,
  mustRegexReplaceAllLiteral: regexReplaceAllLiteral,
  regexSplit,
  mustRegexSplit: regexSplit,
  regexQuoteMeta: {
    parameters: ['string'],
    call: (values) => text(values, 0).replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
  },
};
