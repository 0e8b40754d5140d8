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
  /** The names of Sprig's functions. */
  readonly functions: readonly string[];
  readonly cases: readonly Case[];
}

const file = new URL('../../testdata/go-reference.json', import.meta.url);
const table = JSON.parse(readFileSync(file, 'utf8')) as Table;

/** Why ours differ on purpose: Go's own panics, the words of its standard library, and texts of the user in them. */
const ownWords =
  /runtime error: |reflect: |regexp: |error parsing regexp: |unable to parse url: parse |improper constraint: |looking for beginning of value|unexpected end of JSON|parsing time |time: /;

/** The same for messages that are not of a function. */
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

/** Up to the name of the function that refused. */
function placeOf(error: string | undefined): string | undefined {
  return /^.*?error calling \w+: /s.exec(error ?? '')?.[0];
}

/** Functions with effects; each says why it is not there. */
const refused = table.functions.filter((name) =>
  render({ template: `{{ ${name} }}`, data: 'general' }).error?.includes('is not available in templates'),
);

describe("Sprig's function", () => {
  it.each(table.functions.filter((name) => !refused.includes(name)))('%s is compared with Go', (name) => {
    const uses = table.cases.filter(({ template }) => new RegExp(`\\b${name}\\b`).test(template));
    // The time of the test is another than that of the record.
    expect(uses.length).toBeGreaterThanOrEqual(['ago', 'hello', 'now'].includes(name) ? 0 : 3);
  });

  it.each([
    ['env', 'cannot read the environment'],
    ['getHostByName', 'cannot ask the network'],
    ['randAlphaNum', 'the same variables must give the same script'],
    ['genPrivateKey', 'random key'],
    ['htpasswd', 'random salt'],
    ['encryptAES', 'random'],
    ['decryptAES', 'cannot hold a key'],
    ['buildCustomCert', 'files of their own'],
    ['derivePassword', 'known to whoever reads the template'],
    ['uuidv4', 'the same variables'],
  ])('%s is refused, and says why', (name, reason) => {
    expect(refused).toContain(name);
    expect(render({ template: `{{ ${name} "x" 1 }}`, data: 'general' }).error).toContain(
      `${name} is not available in templates because`,
    );
    expect(render({ template: `{{ ${name} "x" 1 }}`, data: 'general' }).error).toContain(reason);
  });

  it('is refused only where it has effects', () => {
    expect(refused).toEqual([
      'bcrypt',
      'buildCustomCert',
      'decryptAES',
      'derivePassword',
      'encryptAES',
      'env',
      'expandenv',
      'genCA',
      'genCAWithKey',
      'genPrivateKey',
      'genSelfSignedCert',
      'genSelfSignedCertWithKey',
      'genSignedCert',
      'genSignedCertWithKey',
      'getHostByName',
      'htpasswd',
      'randAlpha',
      'randAlphaNum',
      'randAscii',
      'randBytes',
      'randInt',
      'randNumeric',
      'shuffle',
      'uuidv4',
    ]);
  });
});

describe('the time', () => {
  const at = (template: string, timeZone?: string) =>
    new Template(template, { name: 't' }).render(null, { nowMs: 1_720_000_000_123, timeZone });

  it.each([
    ['{{ now }}', undefined, '2024-07-03 09:46:40.123 +0000 UTC'],
    ['{{ now | date "15:04 MST" }}', 'Europe/Berlin', '11:46 CEST'],
    ['{{ date "15:04" 0 }}', 'America/New_York', '19:00'],
    ['{{ htmlDate now }}', 'Pacific/Auckland', '2024-07-03'],
    ['{{ dateInZone "15:04" now "Local" }}', 'Asia/Tokyo', '18:46'],
    ['{{ toDate "2006-01-02 15:04" "2024-07-01 12:00" | unixEpoch }}', 'Europe/Berlin', '1719828000'],
    ['{{ now.Year }} {{ now.Unix }} {{ (now.UTC.Format "15:04") }}', 'Asia/Tokyo', '2024 1720000000 09:46'],
    ['{{ ago (now | dateModify "-3h30m") }} {{ ago 1719999999 }}', undefined, '3h30m0s 1s'],
    ['{{ durationRound (now | dateModify "-50h") }}', undefined, '2d'],
  ])('%s in the zone %s is %s', (template, timeZone, expected) => {
    expect(at(template, timeZone)).toBe(expected);
  });
});

it('has a record of at least 300 templates', () => {
  expect(table.cases.length).toBeGreaterThan(300);
});

it.each(table.cases.map((entry) => [entry.template, entry.data, entry] as const))(
  'renders %j with the data %s as Go does',
  (template, _data, entry) => {
    const rendered = render(entry);
    const other = otherMessages[template];
    if (other !== undefined) {
      expect(entry.error).toBeDefined();
      expect(rendered.error).toContain(other);
    } else if (ownWords.test(entry.error ?? '')) {
      expect(placeOf(rendered.error)).toBe(placeOf(entry.error));
    } else {
      expect(rendered).toEqual(entry.error === undefined ? { output: entry.output } : { error: entry.error });
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
