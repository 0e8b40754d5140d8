import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hasExpression, shellWord } from './shell-word.ts';

/** What bash makes of the word. */
function evaluated(text: string): string {
  return execFileSync('bash', ['--norc', '-c', `set -eu; printf %s ${shellWord(text)}`], {
    env: { NAME: 'a "b" $c', PATH: process.env.PATH },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

it.each([
  ['plain'],
  [''],
  ['spaces  and\ttabs'],
  [`single ' and double " quotes`],
  ['back\\slash and `backtick`'],
  ['lonely $dollar, $5, $$, $'],
  ['new\nline'],
  ['-dash'],
  ['; rm -rf / & | > x'],
  ['!history *?[glob] ~ {a,b}'],
  ['open ${ and $( and ${x'],
  ['$("unclosed'],
  ["${'x}"],
])('keeps %j as it is', (text) => {
  expect(evaluated(text)).toBe(text);
  expect(hasExpression(text)).toBe(false);
});

it.each([
  ['${NAME}', 'a "b" $c'],
  ['<${NAME}>', '<a "b" $c>'],
  ['$(printf "%s" "x y")', 'x y'],
  ['$(echo ")")', ')'],
  ['${NONE:-$(echo {1})}', '{1}'],
  ['"${NAME}" $5', '"a "b" $c" $5'],
])('evaluates the expression in %j where the script runs', (text, expected) => {
  expect(evaluated(text)).toBe(expected);
  expect(hasExpression(text)).toBe(true);
});
