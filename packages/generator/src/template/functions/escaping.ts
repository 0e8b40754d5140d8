import type { Budget } from '../budget.ts';
import { printValue, sprint } from '../print.ts';
import { sprintf } from '../printf.ts';
import { shellQuote } from '../shell-quote.ts';
import { type FunctionTable, text } from '../signature.ts';
import type { Value } from '../value.ts';

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function escapeJavaScript(value: string): string {
  return value.replaceAll(/[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} \x7f]/gu, (character) => {
    if (/[\\'"]/.test(character)) return `\\${character}`;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** Text for a query: as encodeURIComponent, but every byte that Go escapes, and a plus for a space. */
function escapeQuery(value: string): string {
  return encodeURIComponent(value.toWellFormed())
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function joined(values: readonly Value[], budget: Budget): string {
  return sprint(
    values.map((value) => value ?? '<no value>'),
    budget,
  );
}

export const escapingFunctions: FunctionTable = {
  print: { parameters: [], rest: 'any', call: (values, { budget }) => sprint(values, budget) },
  println: {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) => `${values.map((value) => printValue(value, budget)).join(' ')}\n`,
  },
  printf: {
    parameters: ['string'],
    rest: 'any',
    keepsTypes: true,
    call: (values, { budget }) => sprintf(text(values, 0), values.slice(1), budget),
  },
  html: {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) =>
      joined(values, budget).replaceAll(/[\0"'&<>]/g, (character) => htmlEscapes[character] ?? character),
  },
  js: { parameters: [], rest: 'any', call: (values, { budget }) => escapeJavaScript(joined(values, budget)) },
  urlquery: {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) => escapeQuery(joined(values, budget)),
  },
  shellQuote: {
    parameters: ['any'],
    call: ([value = null], { budget }) => shellQuote(printValue(value ?? '', budget)),
  },
};
