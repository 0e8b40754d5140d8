const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

const escapeSequence =
  /\\(?:([abfnrtv\\"'])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]?))/gu;

/**
 * The text of a Go string literal, quoted or raw.
 * @returns undefined when an escape is not Go's.
 */
export function unquote(source: string): string | undefined {
  const inner = source.slice(1, -1);
  if (source.startsWith('`')) {
    return inner.replaceAll('\r', '');
  }
  return decodeEscapes(inner, source.startsWith('"') ? "'" : '"');
}

/** Bytes given by `\x` and octal escapes are put together as UTF-8, as Go does. */
function decodeEscapes(inner: string, foreignQuote: string): string | undefined {
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of inner.matchAll(escapeSequence)) {
    const [all, simple, hex, short, long, octal] = match;
    const code = Number.parseInt(short ?? long ?? '0', 16);
    const isSurrogate = code >= 0xd800 && code < 0xe000;
    if (simple === foreignQuote || code > 0x10ffff || isSurrogate) return undefined;
    parts.push(Buffer.from(inner.slice(end, match.index)));
    if (simple !== undefined) parts.push(Buffer.from(simpleEscapes[simple] ?? ''));
    else if (hex !== undefined) parts.push(Buffer.from([Number.parseInt(hex, 16)]));
    else if (octal !== undefined) parts.push(Buffer.from([Number.parseInt(octal, 8)]));
    else if (short !== undefined || long !== undefined) parts.push(Buffer.from(String.fromCodePoint(code)));
    else return undefined;
    end = match.index + all.length;
  }
  parts.push(Buffer.from(inner.slice(end)));
  return Buffer.concat(parts).toString();
}

const decimalInteger = /^[-+]?(?:0|[1-9](?:_?[0-9])*)$/;
const prefixedInteger =
  /^([-+]?)0(?:([xX])(?:_?[0-9a-fA-F])+|([bB])(?:_?[01])+|[oO](?:_?[0-7])+|(?:_?[0-7])+)$/;
const decimalFloat =
  /^[-+]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9]+)?$/;
const hexFloat = /^([-+]?)0[xX]_?([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([-+]?[0-9]+)$/;

/**
 * The value of a Go number literal: an integer where the syntax says so, else a fraction.
 * @returns undefined when it is no number, or does not fit.
 */
export function parseNumber(text: string): bigint | number | undefined {
  const integer = parseInteger(text);
  if (integer !== undefined) {
    return BigInt.asIntN(64, integer) === integer ? integer : undefined;
  }
  const float = decimalFloat.test(text) ? Number(text.replaceAll('_', '')) : parseHexFloat(text);
  return float !== undefined && Number.isFinite(float) ? float : undefined;
}

export function parseInteger(text: string): bigint | undefined {
  const digits = text.replaceAll('_', '');
  if (decimalInteger.test(text)) {
    return BigInt(digits.replace(/^\+/, ''));
  }
  const match = prefixedInteger.exec(text);
  if (match === null) return undefined;
  const magnitude = digits.replace(/^[-+]/, '');
  const isOctal = match[2] === undefined && match[3] === undefined;
  const value = BigInt(isOctal ? `0o${magnitude.replace(/^0[oO]?/, '') || '0'}` : magnitude);
  return match[1] === '-' ? -value : value;
}

function parseHexFloat(text: string): number | undefined {
  const match = hexFloat.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  const digits = (whole + fraction).replaceAll('_', '');
  if (match === null || digits === '') return undefined;
  const scale = Number(exponent) - 4 * fraction.replaceAll('_', '').length;
  return (sign === '-' ? -1 : 1) * Number.parseInt(digits, 16) * 2 ** scale;
}
