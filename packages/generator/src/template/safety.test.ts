import { describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../../test/cpu-time.ts';
import { Template, TemplateError, toValue, type Value } from './index.ts';

function render(template: string, data: unknown = {}): string {
  return new Template(template, { name: 't' }).render(toValue(data));
}

function errorOf(run: () => unknown): TemplateError {
  try {
    run();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('a template cannot reach', () => {
  it.each([
    ['{{ .constructor }}'],
    ['{{ .__proto__ }}'],
    ['{{ .toString }}'],
    ['{{ .hasOwnProperty "x" }}'],
    ['{{ .list.constructor }}'],
    ['{{ .list.length }}'],
    ['{{ .text.length }}'],
    ['{{ .text.constructor.constructor "return process" }}'],
    ['{{ $.constructor.prototype }}'],
    ['{{ (index .list 0).constructor }}'],
    ['{{ with .list }}{{ .push 1 }}{{ end }}'],
    ['{{ (now).epochMs }}'],
  ])('a JavaScript prototype: %s', (template) => {
    expect(errorOf(() => render(template, { list: [1], text: 'x' })).message).toMatch(
      /no entry|can't evaluate|time is not|is not a method/,
    );
  });

  it.each([
    ['constructor'],
    ['__proto__'],
    ['toString'],
    ['hasOwnProperty'],
    ['valueOf'],
    ['eval'],
    ['require'],
  ])('a JavaScript function: %s', (name) => {
    if (name === 'toString') {
      expect(render('{{ toString 1 }}')).toBe('1'); // Sprig's
    } else {
      expect(errorOf(() => render(`{{ ${name} "x" }}`)).message).toBe(
        `template: t:1: function "${name}" not defined`,
      );
    }
  });

  it('a prototype through data, whose keys are just keys', () => {
    const data = toValue(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "mine"}'));
    expect(new Template('{{ .constructor }} {{ .__proto__.polluted }}', { name: 't' }).render(data)).toBe(
      'mine 1',
    );
    render('{{ $_ := set . "__proto__" (dict "polluted" 1) }}{{ .__proto__ }}');
    render('{{ fromJson "{\\"__proto__\\": {\\"polluted\\": 1}}" }}');
    render('{{ fromYaml "__proto__: {polluted: 1}" }}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([['env'], ['expandenv']])('the environment by %s', (name) => {
    expect(errorOf(() => render(`{{ ${name} "PATH" }}`)).message).toMatch(
      /is not available in templates because a template cannot read/,
    );
  });

  it('the clock, unless it is given', () => {
    expect(errorOf(() => render('{{ now }}')).message).toMatch(/the time is not available/);
    const template = new Template('{{ now | date "2006-01-02T15:04:05Z07:00" }}', { name: 't' });
    expect(template.render(null, { nowMs: 1_700_000_000_000 })).toBe('2023-11-14T22:13:20Z');
  });
});

describe('a template ends', () => {
  const doubling = (operation: string) =>
    `{{ $x := "aaaaaaaa" }}{{ range 64 }}{{ $x = ${operation} }}{{ end }}{{ len $x }}`;

  const overLargeText = (operation: string, character = 'x') =>
    `{{ $x := repeat 900000 "${character}" }}{{ range 100000 }}{{ $y := ${operation} }}{{ end }}`;

  it.each([
    [
      'endless recursion',
      '{{ define "f" }}{{ template "f" . }}{{ end }}{{ template "f" . }}',
      /maximum template depth/,
    ],
    [
      'mutual recursion',
      '{{ define "a" }}{{ template "b" }}{{ end }}{{ define "b" }}{{ template "a" }}{{ end }}{{ template "a" }}',
      /maximum template depth/,
    ],
    ['a huge range', '{{ range 9000000000000000000 }}{{ end }}', /does too much/],
    [
      'nested ranges',
      `${'{{ range 1000 }}'.repeat(8)}x${'{{ end }}'.repeat(8)}`,
      /does too much|too much text/,
    ],
    [
      'exponential recursion',
      '{{ define "f" }}{{ if . }}{{ template "f" (slice . 1) }}{{ template "f" (slice . 1) }}{{ end }}{{ end }}{{ template "f" (repeat 60 "x") }}',
      /does too much/,
    ],
    ['endless output', '{{ range 100000 }}{{ repeat 1000 "x" }}{{ end }}', /too much text|does too much/],
    ['a huge repeat', '{{ repeat 999999999999 "x" }}', /too much text/],
    ['a huge indent', '{{ indent 999999999 "x\\ny" }}', /too much text/],
    ['a huge width', '{{ printf "%999999999d" 1 }}', /too much text/],
    ['a huge starred width', '{{ printf "%*d" 999999 1 | len }}', /too much text|^999999$/],
    ['a huge precision', '{{ printf "%.999999999f" 1.5 }}', /too much text/],
    ['doubling by print', doubling('print $x $x'), /too much text/],
    ['doubling by printf', doubling('printf "%s%s" $x $x'), /too much text/],
    ['doubling by replace', doubling('replace "a" "aa" $x'), /too much text/],
    ['doubling by join', doubling('join $x (list $x $x)'), /too much text/],
    ['doubling by quote', doubling('quote $x $x'), /too much text/],
    ['doubling by regexReplaceAll', doubling('regexReplaceAll "a" $x "aa"'), /too much text|does too much/],
    [
      'doubling by lists',
      '{{ $x := list 1 }}{{ range 64 }}{{ $x = list $x $x }}{{ end }}{{ $x }}',
      /does too much|too much text|maximum depth/,
    ],
    ['a map inside of itself', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}', /maximum depth/],
    [
      'a map inside of itself as JSON',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}',
      /maximum depth/,
    ],
    [
      'a map inside of itself as YAML',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}',
      /maximum depth/,
    ],
    [
      'a map merged into itself',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict "d" (dict) }}{{ $_ := merge $e $d }}{{ $e }}',
      /maximum depth/,
    ],
    [
      'a map compared with itself',
      '{{ $d := dict }}{{ $_ := set $d "d" (list $d) }}{{ uniq (list $d (list $d) $d) }}',
      /depth|does too much/,
    ],
    ['a pattern that backtracks', '{{ regexMatch "^(a+)+$" (print (repeat 5000 "a") "b") }}', /^false$/],
    ['many steps over a large text by upper', overLargeText('upper $x'), /does too much/],
    [
      'many steps over a large text that is not ASCII',
      overLargeText('lower (print "Ż" $x)'),
      /does too much/,
    ],
    ['many steps over a large text by trimAll', overLargeText('trimAll "y" $x'), /does too much/],
    ['many steps over a large text by int64', overLargeText('int64 $x', '9'), /does too much/],
    ['many steps over a large text by fromYaml', overLargeText('fromYaml $x'), /does too much/],
    [
      'thousands of YAML keys, again and again',
      '{{ $x := "" }}{{ range $i := 5000 }}{{ $x = printf "%s\\nk%d: 1" $x $i }}{{ end }}{{ range 100 }}{{ $y := fromYaml $x }}{{ end }}',
      /does too much/,
    ],
    ['a huge count', '{{ until 999999999 }}', /does too much/],
    ['a huge row of numbers', '{{ seq 999999999 }}', /does too much/],
    ['a huge exponent', '{{ mulf 1e308 1e308 1e308 }} {{ addf 1e308 1e-308 }}', /^\+Inf 1e\+308$/],
    [
      'a product of many numbers',
      '{{ $x := 1.5 }}{{ range 100000 }}{{ $x = mulf $x 1.1 1.1 1.1 }}{{ end }}',
      /does too much|decimal/i,
    ],
    ['a huge pattern', '{{ regexMatch (repeat 3000 "(a|b)*") "x" }}', /does too much|^false$/],
    [
      'a large pattern over a large text',
      '{{ regexFind (repeat 900 "(a|b)?") (repeat 900000 "a") }}',
      /does too much/,
    ],
    [
      'repeated repetitions',
      '{{ regexMatch "((a{100}){100}){100}" (repeat 9999 "a") }}',
      /^false$|does too much/,
    ],
    ['a large text by wrap', overLargeText('wrapWith 1 "--" $x'), /does too much|too much text/],
    ['a large text by snakecase', overLargeText('snakecase $x'), /does too much/],
    ['a large text by wordwise cuts', overLargeText('abbrev 10 $x'), /does too much/],
    ['a large text by b32enc', overLargeText('b32enc $x'), /does too much|too much text/],
    ['a long constraint', `{{ semverCompare (repeat 100000 ">1 ") "1.2.3" }}`, /improper constraint/],
    ['comparisons of large lists', '{{ uniq (until 100000) }}', /does too much/],
    [
      'a map copied inside of itself',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}',
      /maximum depth/,
    ],
    [
      'doubling by concat',
      '{{ $x := list 1 }}{{ range 64 }}{{ $x = concat $x $x }}{{ end }}',
      /does too much/,
    ],
    ['doubling by cat', doubling('cat $x $x'), /too much text/],
    [
      'YAML aliases',
      '{{ fromYaml "a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]" | toString | len }}',
      /./,
    ],
  ])('soon, with %s', (_what, template, expected) => {
    const started = cpuTimeMs();
    let result: string;
    try {
      result = render(template);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      result = error.message;
    }
    expect(result).toMatch(expected);
    expect(cpuTimeMs() - started).toBeLessThan(5000);
  });

  it.each([
    ['parentheses', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`],
    ['conditions', '{{ if 1 }}'.repeat(5000) + '{{ end }}'.repeat(5000)],
    ['else-ifs', `{{ if 0 }}${'{{ else if 0 }}'.repeat(5000)}{{ end }}`],
    ['blocks', '{{ block "x" . }}'.repeat(5000) + '{{ end }}'.repeat(5000)],
  ])('when it is parsed, with thousands of nested %s', (_what, template) => {
    expect(errorOf(() => render(template)).message).toMatch(/depth exceeded/);
  });

  it('is refused when it is larger than the limit', () => {
    expect(errorOf(() => render('x'.repeat(2 * 1024 * 1024))).message).toMatch(/larger than 1048576 bytes/);
  });

  it('has limits that a caller can lower', () => {
    const small = new Template('{{ repeat 100 "x" }}', { name: 't', limits: { maxOutputBytes: 50 } });
    expect(() => small.render(null)).toThrow(/too much text: more than 50 bytes/);
  });
});

describe('data', () => {
  it.each([
    ['a function', { f: () => 1 }],
    ['a class instance', { d: new Date() }],
    ['a cycle', cycle()],
  ])('that is %s is refused', (_what, data) => {
    expect(() => toValue(data)).toThrow(TypeError);
  });

  it('of unusual kinds is printed as Go prints it', () => {
    const data: Value = new Map<string, Value>([
      ['inf', Number.POSITIVE_INFINITY],
      ['nan', Number.NaN],
      ['large', 2n ** 62n],
    ]);
    expect(new Template('{{ .inf }} {{ .nan }} {{ .large }}', { name: 't' }).render(data)).toBe(
      '+Inf NaN 4611686018427387904',
    );
  });
});

function cycle(): unknown {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}
