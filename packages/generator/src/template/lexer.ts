import { goQuote } from './quote.ts';
import { isKeyword, type Token, type TokenKind } from './token.ts';

const leftDelimiter = '{{';
const rightDelimiter = '}}';
const wordCharacter = /[\p{L}\p{Nd}_]/u;
const spaces = ' \t\r\n';

/**
 * The tokens of a template, the last one of kind `eof` or `error`. Trim markers are done here: the parser never
 * sees them. A marker needs a space beside it, so that `{{-3}}` is a number.
 */
export function tokenize(text: string): readonly Token[] {
  return new Lexer(text).run();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #position = 0;
  #line = 1;
  #parentheses = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): readonly Token[] {
    while (this.#literalText()) {
      if (!this.#action()) {
        return this.#tokens;
      }
    }
    return this.#tokens;
  }

  /** Text up to the next action; false at the end of the template. */
  #literalText(): boolean {
    const start = this.#position;
    const next = this.#text.indexOf(leftDelimiter, start);
    const end = next < 0 ? this.#text.length : next;
    const raw = this.#text.slice(start, end);
    const kept =
      next >= 0 && this.#trimsBefore(next + 2) ? raw.slice(0, raw.length - trailingSpaces(raw)) : raw;
    if (kept !== '') {
      this.#push('text', kept, start);
    }
    this.#moveTo(end);
    if (next < 0) {
      this.#push('eof', 'EOF', end);
      return false;
    }
    return true;
  }

  /** One action or comment; false after an error. */
  #action(): boolean {
    const open = this.#position;
    const afterMarker = open + 2 + (this.#trimsBefore(open + 2) ? 2 : 0);
    if (this.#text.startsWith('/*', afterMarker)) {
      return this.#comment(afterMarker);
    }
    this.#push('leftDelimiter', leftDelimiter, open);
    this.#moveTo(afterMarker);
    this.#parentheses = 0;
    for (;;) {
      const closed = this.#insideAction();
      if (closed !== undefined) {
        return closed;
      }
    }
  }

  #comment(start: number): boolean {
    const end = this.#text.indexOf('*/', start + 2);
    if (end < 0) {
      this.#moveTo(start);
      return this.#error('unclosed comment');
    }
    const close = this.#closingAt(end + 2);
    if (close === undefined) {
      return this.#error('comment ends before closing delimiter');
    }
    this.#moveTo(close.end);
    return true;
  }

  /** Scans one token; true when the action is closed, false after an error. */
  #insideAction(): boolean | undefined {
    const close = this.#closingAt(this.#position);
    if (close !== undefined) {
      if (this.#parentheses > 0) {
        return this.#error('unclosed left paren');
      }
      this.#push('rightDelimiter', rightDelimiter, close.delimiter);
      this.#moveTo(close.end);
      return true;
    }
    const character = this.#peek();
    if (character === '') return this.#error('unclosed action');
    if (spaces.includes(character)) return this.#space();
    const single = singleCharacters[character];
    if (single !== undefined) return this.#take(single, character.length);
    switch (character) {
      case ':':
        return this.#text.startsWith(':=', this.#position)
          ? this.#take('declare', 2)
          : this.#error('expected :=');
      case '(':
        this.#parentheses++;
        return this.#take('leftParenthesis', 1);
      case ')':
        return --this.#parentheses < 0
          ? this.#error('unexpected right paren')
          : this.#take('rightParenthesis', 1);
      case '"':
        return this.#quoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.#quoted("'", 'characterConstant', 'unterminated character constant');
      case '`':
        return this.#rawString();
      case '$':
        return this.#name('variable');
      default:
        return this.#numberOrWord(character);
    }
  }

  #numberOrWord(character: string): boolean | undefined {
    const afterDot = this.#text[this.#position + 1] ?? '';
    if (character === '.' && !/[0-9]/.test(afterDot)) return this.#name('field');
    if (/[-+.0-9]/.test(character)) return this.#number();
    if (wordCharacter.test(character)) return this.#word();
    if (/^[!-~]$/.test(character)) return this.#take('character', 1);
    return this.#error(`unrecognized character in action: ${unicodeName(character)}`);
  }

  #space(): undefined {
    let end = this.#position;
    while (spaces.includes(this.#text[end] || 'x')) {
      // A space before `-}}` belongs to the trim marker.
      if (end > this.#position && this.#closingAt(end)?.trims) break;
      end++;
    }
    this.#take('space', end - this.#position);
  }

  #name(kind: 'field' | 'variable'): boolean | undefined {
    const length = 1 + this.#wordLength(this.#position + 1);
    if (!this.#terminated(this.#position + length)) {
      return this.#badCharacter(this.#position + length);
    }
    return this.#take(length === 1 && kind === 'field' ? 'dot' : kind, length);
  }

  #word(): boolean | undefined {
    const length = this.#wordLength(this.#position);
    if (!this.#terminated(this.#position + length)) {
      return this.#badCharacter(this.#position + length);
    }
    const word = this.#text.slice(this.#position, this.#position + length);
    if (isKeyword(word)) return this.#take(word, length);
    return this.#take(word === 'true' || word === 'false' ? 'bool' : 'identifier', length);
  }

  /** Scans roughly, as Go does: what is no number is found when it is parsed. */
  #number(): boolean | undefined {
    const part =
      /[-+]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][-+]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]*)?)i?/y;
    part.lastIndex = this.#position;
    let text = part.exec(this.#text)?.[0] ?? '';
    const isComplex = /[-+]/.test(this.#text[this.#position + text.length] ?? '');
    if (isComplex) {
      part.lastIndex = this.#position + text.length;
      text += part.exec(this.#text)?.[0] ?? '';
    }
    const next = this.#characterAt(this.#position + text.length);
    if (wordCharacter.test(next) || (isComplex && !text.endsWith('i'))) {
      return this.#error(`bad number syntax: ${goQuote(text + (wordCharacter.test(next) ? next : ''))}`);
    }
    return this.#take(isComplex ? 'complex' : 'number', text.length);
  }

  #quoted(quote: string, kind: TokenKind, unterminated: string): boolean | undefined {
    for (let end = this.#position + 1; end < this.#text.length; end++) {
      const character = this.#text[end];
      if (character === '\n') break;
      if (character === quote) return this.#take(kind, end + 1 - this.#position);
      if (character === '\\' && this.#text[end + 1] !== '\n') end++;
    }
    return this.#error(unterminated);
  }

  #rawString(): boolean | undefined {
    const end = this.#text.indexOf('`', this.#position + 1);
    return end < 0
      ? this.#error('unterminated raw quoted string')
      : this.#take('rawString', end + 1 - this.#position);
  }

  /** The closing delimiter at `position`, with or without a trim marker. */
  #closingAt(position: number): { delimiter: number; end: number; trims: boolean } | undefined {
    const marked = spaces.includes(this.#text[position] || 'x') && this.#text[position + 1] === '-';
    if (marked && this.#text.startsWith(rightDelimiter, position + 2)) {
      let end = position + 4;
      while (spaces.includes(this.#text[end] || 'x')) end++;
      return { delimiter: position + 2, end, trims: true };
    }
    return this.#text.startsWith(rightDelimiter, position)
      ? { delimiter: position, end: position + 2, trims: false }
      : undefined;
  }

  #trimsBefore(position: number): boolean {
    return this.#text[position] === '-' && spaces.includes(this.#text[position + 1] || 'x');
  }

  #wordLength(start: number): number {
    let end = start;
    for (let next = this.#characterAt(end); wordCharacter.test(next); next = this.#characterAt(end)) {
      end += next.length;
    }
    return end - start;
  }

  #terminated(position: number): boolean {
    const next = this.#text[position] ?? '';
    return next === '' || ` \t\r\n.,|:)(`.includes(next) || this.#text.startsWith(rightDelimiter, position);
  }

  #badCharacter(position: number): boolean {
    return this.#error(`bad character ${unicodeName(this.#characterAt(position))}`);
  }

  #peek(): string {
    return this.#characterAt(this.#position);
  }

  #characterAt(position: number): string {
    const code = this.#text.codePointAt(position);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #take(kind: TokenKind, length: number): undefined {
    this.#push(kind, this.#text.slice(this.#position, this.#position + length), this.#position);
    this.#moveTo(this.#position + length);
  }

  #push(kind: TokenKind, text: string, position: number): void {
    this.#tokens.push({ kind, text, position, line: this.#line });
  }

  #error(message: string): false {
    this.#push('error', message, this.#position);
    return false;
  }

  #moveTo(position: number): void {
    for (
      let i = this.#text.indexOf('\n', this.#position);
      i >= 0 && i < position;
      i = this.#text.indexOf('\n', i + 1)
    ) {
      this.#line++;
    }
    this.#position = position;
  }
}

const singleCharacters: Readonly<Record<string, TokenKind>> = {
  __proto__: null as never,
  '=': 'assign',
  '|': 'pipe',
};

function trailingSpaces(text: string): number {
  let length = 0;
  while (length < text.length && spaces.includes(text[text.length - 1 - length] || 'x')) length++;
  return length;
}

/** As Go's `%#U`. */
function unicodeName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character) ? `${hex} '${character}'` : hex;
}
