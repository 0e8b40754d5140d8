import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProgram } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Template, TemplateError, toValue } from './index.ts';

interface Case {
  readonly template: string;
  readonly data: string;
  readonly output?: string;
  readonly error?: string;
}

interface Table {
  readonly data: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

const file = new URL('../../testdata/go-reference.json', import.meta.url);
const table = JSON.parse(readFileSync(file, 'utf8')) as Table;

/** Where our message differs on purpose: Go prints values, which may be secret, or its own panics. */
const otherMessages: Readonly<Record<string, string>> = {
  '{{ 9223372036854775808 }}': 'template: t:1: integer overflow: "9223372036854775808"',
  '{{ range .s }}{{ . }}{{ end }}': "range can't iterate over a value of type string",
  '{{ eq .list .list }}': 'error calling eq: non-comparable type []interface {}',
  '{{ eq .map .map }}': 'error calling eq: non-comparable type map[string]interface {}',
  '{{ len nil }}': 'error calling len: len of nil pointer',
  '{{ call .s }}': 'error calling call: non-function of type string',
  '{{ last nil }}': 'error calling last: Cannot find last on type nil',
};

function render({ template, data }: Case): Pick<Case, 'output' | 'error'> {
  const values = toValue(parse(table.data[data] ?? '', { mapAsMap: true, intAsBigInt: true }));
  try {
    return { output: new Template(template, { name: 't' }).render(values) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}

it('has a record of at least 300 templates', () => {
  expect(table.cases.length).toBeGreaterThan(300);
});

it.each(table.cases.map((entry) => [entry.template, entry.data, entry] as const))(
  'renders %j with the data %s as Go does',
  (template, _data, entry) => {
    const rendered = render(entry);
    const other = otherMessages[template];
    if (other === undefined) {
      expect(rendered).toEqual(entry.error === undefined ? { output: entry.output } : { error: entry.error });
    } else {
      expect(entry.error).toBeDefined();
      expect(rendered.error).toContain(other);
    }
  },
);

/** Needs Go 1.24 and its module proxy, which a machine that only runs the tests does not have to have. */
const go = findProgram('go');

describe.skipIf(go === undefined)('the record', () => {
  it('is what the Go of this machine prints', () => {
    const output = execFileSync(go ?? '', ['run', '.'], {
      cwd: fileURLToPath(new URL('../../testdata/go-reference', import.meta.url)),
      env: { ...process.env, TZ: 'UTC' },
      input: readFileSync(file),
      maxBuffer: 16 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    expect(JSON.parse(output.toString())).toEqual(table);
  }, 120_000);
});
