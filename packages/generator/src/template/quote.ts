/** Text in double quotes with the escapes of Go's `%q`. */
export function goQuote(text: string): string {
  return `"${escapeText(text, '"')}"`;
}

/** A character in single quotes, as Go's `%q` writes an integer. */
export function goQuoteCharacter(character: string): string {
  return `'${escapeText(character, "'")}'`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function escapeText(text: string, quote: string): string {
  let result = '';
  for (const character of text) {
    result += escapeCharacter(character, quote);
  }
  return result;
}

function escapeCharacter(character: string, quote: string): string {
  if (character === quote) return `\\${quote}`;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  if (printable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}
