import { Failure } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../../test/cpu-time.ts';
import { parseDefinition } from './definition.ts';
import { type Section, sectionOf } from './variables.ts';

const valuesOf = (text: string, section: Section) =>
  Object.fromEntries(sectionOf(parseDefinition(text, { source: 'definition.yaml' }).values, section));

function refusal(text: string): string {
  try {
    parseDefinition(text, { source: 'definition.yaml' });
  } catch (error) {
    if (error instanceof Failure && error.code === 'invalid-input') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a definition', () => {
  it('has comments, anchors, aliases and merge keys', () => {
    const text = `---
# one server, two databases
Params: &server   # an anchor
  hostname: db.example.org
  port: &port 5433
  db: "a # that is no comment"
HelmValues:
  <<: *server     # all of it,
  port: 1         # but for this
  copy: *port
`;
    expect(valuesOf(text, 'Params')).toEqual({
      hostname: 'db.example.org',
      port: 5433n,
      db: 'a # that is no comment',
    });
    expect(valuesOf(text, 'HelmValues')).toEqual({
      hostname: 'db.example.org',
      port: 1n,
      db: 'a # that is no comment',
      copy: 5433n,
    });
  });

  it.each([[''], ['# nothing but a comment'], ['---\n...\n'], ['Params:\n']])('may be empty: %j', (text) => {
    expect(valuesOf(text, 'Params')).toEqual({});
  });

  it('keeps keys that are names in JavaScript as keys', () => {
    const text = 'Params: { __proto__: { polluted: 1 }, constructor: x }';
    expect([...sectionOf(parseDefinition(text, { source: 'd' }).values, 'Params').keys()]).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('keeps whole numbers that a float64 cannot hold', () => {
    expect(valuesOf('Params: { id: 9007199254740993 }', 'Params')).toEqual({ id: 9_007_199_254_740_993n });
  });
});

describe('what is wrong in a definition is said with file, line and column, without its values', () => {
  it.each([
    ['Params:\n\tpassword: s3cret', '2:1: not valid YAML (tab as indent)'],
    ['Params:\n  password: "s3cret', '2:20: not valid YAML (missing char)'],
    ['Params: {}\nParams: {}', '2:1: not valid YAML (duplicate key)'],
    ['Params:\n  password: s3cret\n  password: s3cret', '3:3: not valid YAML (duplicate key)'],
    ['HelmValues: { volumes: [{ name: a, name: b }] }', '1:36: not valid YAML (duplicate key)'],
    ['Params: {}\n---\nParams: {}', '2:1: not valid YAML (multiple docs)'],
    ['Params: { password: !!js/function s3cret }', '1:21: not valid YAML (tag resolve failed)'],
    ['Params: { [a]: s3cret }', '1:11: a key must be a text'],
    ['Params: { ~: s3cret }', '1:11: a key must be a text'],
    ['Params: s3cret', '1:9: Params must be a map'],
    ['s3cret', '1:1: the definition must be a map of Params, Repository, HelmValues'],
  ])('%j', (text, message) => {
    expect(refusal(text)).toBe(`definition.yaml:${message}`);
  });

  it.each([
    ['an alias of nothing', 'Params: { a: *nothing }', /Unresolved alias/],
    ['an alias of itself', 'Params: &p { a: *p }', /nested too deeply/],
    ['a merge of no map', 'Params: { <<: s3cret }', /Merge sources must be maps/],
    ['binary data', 'Params: { a: !!binary aGVsbG8= }', /not data/],
    ['more than a megabyte', `# ${'x'.repeat(1_100_000)}`, /larger than 1048576 bytes/],
  ])('%s', (_what, text, message) => {
    expect(refusal(text)).toMatch(message);
    expect(refusal(text)).not.toContain('s3cret');
  });
});

describe('a definition is read soon', () => {
  const aliases = (count: number) =>
    Array.from({ length: count }, (_, i) => `  b${i}: &b${i} [*b${i - 1}, *b${i - 1}, *b${i - 1}]`).slice(1);

  it.each([
    ['aliases of aliases', ['Params:', '  b0: &b0 [x, x, x]', ...aliases(60)].join('\n'), /alias/i],
    ['thousands of open brackets', `Params: { a: ${'['.repeat(100_000)}`, /resource exhaustion/],
    ['thousands of maps inside of maps', `Params: ${'{a: '.repeat(50_000)}`, /resource exhaustion/],
  ])('and refused with %s', (_what, text, message) => {
    const started = cpuTimeMs();
    expect(refusal(text)).toMatch(message);
    expect(cpuTimeMs() - started).toBeLessThan(5000);
  });

  it('with tens of thousands of keys', () => {
    const started = cpuTimeMs();
    const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join(', ');
    expect(Object.keys(valuesOf(`Params: { ${keys} }`, 'Params'))).toHaveLength(50_000);
    expect(cpuTimeMs() - started).toBeLessThan(5000);
  });
});
