import type { Budget } from './budget.ts';
import { plainDecimal, printFloat, printValue } from './print.ts';
import { goQuote, goQuoteCharacter } from './quote.ts';
import { SemanticVersion } from './semantic-version.ts';
import { isList, isMap, Moment, plainValue, sortedKeys, TypedList, typeName, type Value } from './value.ts';

interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly zero: boolean;
  readonly space: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const directive =
  /%([-+# 0]*)(?:\[([^\]]*)\])?(\*|[0-9]+)?(?:(\.)(?:\[([^\]]*)\])?(\*|[0-9]+)?)?(?:\[([^\]]*)\])?([\s\S]?)/gu;

/** Go's `fmt.Sprintf` with flags, width, precision, `*` and explicit argument indexes (`%[2]s`). */
export function sprintf(format: string, values: readonly Value[], budget: Budget): string {
  const writer = new FormatWriter(values, budget);
  let end = 0;
  for (const match of format.matchAll(directive)) {
    writer.write(format.slice(end, match.index));
    writer.directive(match);
    end = match.index + match[0].length;
  }
  writer.write(format.slice(end));
  return writer.finish();
}

class FormatWriter {
  readonly #values: readonly Value[];
  readonly #budget: Budget;
  #used = 0;
  #isReordered = false;
  #isIndexGood = true;
  #result = '';

  constructor(values: readonly Value[], budget: Budget) {
    this.#values = values;
    this.#budget = budget;
  }

  write(text: string): void {
    this.#result += text;
    this.#budget.text(this.#result.length);
  }

  directive(match: RegExpMatchArray): void {
    const [
      ,
      flagText = '',
      firstIndex,
      widthText,
      point,
      precisionIndex,
      precisionText,
      verbIndex,
      verb = '',
    ] = match;
    this.#isIndexGood = true;
    this.#moveTo(firstIndex);
    const width = widthText === '*' ? this.#star('WIDTH') : widthText;
    this.#moveTo(precisionIndex);
    const precision = precisionText === '*' ? this.#star('PREC') : (precisionText ?? '0');
    const flags: Flags = {
      plus: flagText.includes('+'),
      minus: flagText.includes('-') || Number(width ?? 0) < 0,
      sharp: flagText.includes('#'),
      zero: flagText.includes('0'),
      space: flagText.includes(' '),
      width: width === undefined ? undefined : Math.abs(Number(width)),
      precision: point === undefined || precision === undefined ? undefined : Number(precision),
    };
    this.#moveTo(verbIndex);
    this.#budget.text((flags.width ?? 0) + (flags.precision ?? 0));
    this.write(this.#format(verb, flags));
  }

  finish(): string {
    if (!this.#isReordered && this.#used < this.#values.length) {
      const extra = this.#values.slice(this.#used).map((value) => this.#typed(value));
      this.write(`%!(EXTRA ${extra.join(', ')})`);
    }
    return this.#result;
  }

  /** The argument of an explicit index is next; the ones after it follow. */
  #moveTo(index: string | undefined): void {
    if (index === undefined) return;
    this.#isReordered = true;
    if (/^[0-9]{1,6}$/.test(index) && Number(index) >= 1 && Number(index) <= this.#values.length) {
      this.#used = Number(index) - 1;
    } else {
      this.#isIndexGood = false;
    }
  }

  #star(what: 'WIDTH' | 'PREC'): string | undefined {
    const value = plainValue(this.#values[this.#used++] ?? null);
    if (typeof value === 'bigint' && value > -1_000_000n && value < 1_000_000n) {
      return String(value);
    }
    this.write(`%!(BAD${what})`);
    return undefined;
  }

  #format(verb: string, flags: Flags): string {
    if (verb === '%') return '%';
    if (verb === '') return '%!(NOVERB)';
    if (!this.#isIndexGood) return `%!${verb}(BADINDEX)`;
    const value = this.#values[this.#used];
    if (value === undefined) return `%!${verb}(MISSING)`;
    this.#used++;
    if (verb === 'T') return pad(typeName(value), flags);
    if (value instanceof Moment || value instanceof SemanticVersion) {
      return this.#formatValue(verb, printValue(value, this.#budget), flags);
    }
    return this.#formatValue(verb, plainValue(value), flags);
  }

  #formatValue(verb: string, value: Value, flags: Flags): string {
    if (verb === 'v' && flags.sharp) return pad(goSyntax(value), flags);
    if (value === null) return verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`;
    if (isList(value)) return `[${value.map((item) => this.#formatValue(verb, item, flags)).join(' ')}]`;
    if (isMap(value)) {
      const entries = sortedKeys(value).map(
        (key) =>
          `${this.#formatValue(verb, key, flags)}:${this.#formatValue(verb, value.get(key) ?? null, flags)}`,
      );
      return `map[${entries.join(' ')}]`;
    }
    return formatScalar(verb, value, flags) ?? `%!${verb}(${this.#typed(value)})`;
  }

  #typed(value: Value): string {
    return value === null ? '<nil>' : `${typeName(value)}=${printValue(value, this.#budget)}`;
  }
}

/** undefined when the verb is not for this type. */
function formatScalar(verb: string, value: Value, flags: Flags): string | undefined {
  if (typeof value === 'string') return formatText(verb, value, flags);
  if (typeof value === 'bigint') return formatInteger(verb, value, flags);
  if (typeof value === 'number') return formatFloat(verb, value, flags);
  if (typeof value === 'boolean') return verb === 'v' || verb === 't' ? pad(String(value), flags) : undefined;
  return undefined;
}

function formatText(verb: string, value: string, flags: Flags): string | undefined {
  const cut = flags.precision === undefined ? value : [...value].slice(0, flags.precision).join('');
  switch (verb) {
    case 'v':
    case 's':
      return pad(cut, flags);
    case 'q':
      return pad(flags.sharp && !value.includes('`') ? `\`${cut}\`` : goQuote(cut), flags);
    case 'x':
    case 'X': {
      const hex = Buffer.from(value).subarray(0, flags.precision).toString('hex');
      const spaced = flags.space ? hex.replace(/..(?=.)/g, '$& ') : hex;
      const prefixed = flags.sharp && hex !== '' ? `0x${spaced}` : spaced;
      return pad(verb === 'X' ? prefixed.toUpperCase() : prefixed, flags);
    }
    default:
      return undefined;
  }
}

const integerBases: Readonly<Record<string, { readonly radix: number; readonly prefix: string }>> = {
  v: { radix: 10, prefix: '' },
  d: { radix: 10, prefix: '' },
  b: { radix: 2, prefix: '0b' },
  o: { radix: 8, prefix: '0' },
  O: { radix: 8, prefix: '0o' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
};

function formatInteger(verb: string, value: bigint, flags: Flags): string | undefined {
  const base = integerBases[verb];
  if (base !== undefined) {
    const digits = (value < 0n ? -value : value).toString(base.radix);
    const prefix = flags.sharp || verb === 'O' ? base.prefix : '';
    const body = prefix + (verb === 'X' ? digits.toUpperCase() : digits).padStart(flags.precision ?? 0, '0');
    // A precision says how many digits there are, so zeros do not fill the width.
    return padNumber(signOf(value < 0n, flags), body, {
      ...flags,
      zero: flags.zero && flags.precision === undefined,
    });
  }
  const character = value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\ufffd';
  switch (verb) {
    case 'c':
      return pad(character, flags);
    case 'q':
      return pad(goQuoteCharacter(character), flags);
    case 'U':
      return pad(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, flags);
    default:
      return undefined;
  }
}

function formatFloat(verb: string, value: number, flags: Flags): string | undefined {
  const magnitude = Math.abs(value);
  const isNegative = value < 0 || Object.is(value, -0);
  const body = Number.isFinite(value)
    ? floatBody(verb, magnitude, flags)
    : floatBody(verb, 0, flags) && infinite(magnitude);
  if (body === undefined) return undefined;
  const sign =
    !Number.isFinite(value) && !isNegative && !Number.isNaN(value) ? '+' : signOf(isNegative, flags);
  return padNumber(sign, body, Number.isFinite(value) ? flags : { ...flags, zero: false });
}

function infinite(magnitude: number): string {
  return Number.isNaN(magnitude) ? 'NaN' : 'Inf';
}

function floatBody(verb: string, magnitude: number, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
    case 'g':
    case 'G': {
      const text =
        flags.precision === undefined ? printFloat(magnitude) : general(magnitude, flags.precision);
      return verb === 'G' ? text.toUpperCase() : text;
    }
    case 'e':
    case 'E': {
      const text = twoDigitExponent(magnitude.toExponential(Math.min(flags.precision ?? 6, 100)));
      return verb === 'E' ? text.toUpperCase() : text;
    }
    case 'f':
    case 'F':
      return fixed(magnitude, flags.precision ?? 6);
    default:
      return undefined;
  }
}

function general(magnitude: number, precision: number): string {
  const [digits = '0', exponentText = '0'] = magnitude
    .toExponential(Math.min(Math.max(precision, 1) - 1, 100))
    .split('e');
  const exponent = Number(exponentText);
  const short = digits.replace(/\.?0+$/, (zeros) =>
    zeros.startsWith('.') || digits.includes('.') ? '' : zeros,
  );
  if (exponent < -4 || exponent >= Math.max(precision, 1))
    return twoDigitExponent(`${short}e${exponentText}`);
  return plainDecimal(Number(`${short}e${exponentText}`));
}

/** JavaScript's toFixed writes exponents from 1e21 up. */
function fixed(magnitude: number, precision: number): string {
  const digits = Math.min(precision, 100);
  return magnitude < 1e21
    ? magnitude.toFixed(digits)
    : BigInt(magnitude).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
}

function twoDigitExponent(text: string): string {
  return text.replace(/e([-+])([0-9])$/, 'e$10$2');
}

function signOf(isNegative: boolean, flags: Flags): string {
  if (isNegative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
}

function padNumber(sign: string, body: string, flags: Flags): string {
  if (flags.zero && !flags.minus && flags.width !== undefined) {
    return sign + body.padStart(flags.width - sign.length, '0');
  }
  return pad(sign + body, { ...flags, zero: false });
}

/** Width counts characters. */
function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}

/** As Go's `%#v`. */
function goSyntax(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return printFloat(value);
  if (isList(value)) {
    const items = value instanceof TypedList ? value.map(goSyntax) : value.map(nested);
    return `${typeName(value)}{${items.join(', ')}}`;
  }
  if (isMap(value)) {
    const entries = sortedKeys(value).map((key) => `${goQuote(key)}:${nested(value.get(key) ?? null)}`);
    return `${typeName(value)}{${entries.join(', ')}}`;
  }
  return String(value);
}

function nested(value: Value): string {
  return value === null ? 'interface {}(nil)' : goSyntax(value);
}
