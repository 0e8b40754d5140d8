/** A piece of an SQL script as psql reads it. All pieces in order are the script; texts are latin1, which keeps every byte. */
export type Piece =
  | {
      readonly kind: 'statement';
      /** With the comments before it. */
      readonly text: string;
    }
  /** Part of a statement that is too long to be one of those that matter here, such as a row of data. */
  | { readonly kind: 'fragment'; readonly text: string }
  /** The rows of a COPY and the line that ends them. */
  | { readonly kind: 'data'; readonly text: string }
  /** A command of psql, such as `\connect`. */
  | { readonly kind: 'command'; readonly text: string }
  /** What stands behind the last statement. */
  | { readonly kind: 'end'; readonly text: string };

const maxStatementLength = 1024 * 1024;
/** A tag of a dollar quote has at most 63 characters: with so many behind it, every token is seen whole. */
const lookahead = 66;
const copyFromStdin = /^COPY\s[\s\S]*\sFROM stdin;$/;
const endOfCopy = '\n\\.\n';

/** Cut a script of pg_dump into pieces, without holding more of it than one statement. */
export async function* splitScript(source: AsyncIterable<Buffer>): AsyncGenerator<Piece, void, undefined> {
  const splitter = new Splitter();
  for await (const chunk of source) {
    yield* splitter.push(chunk.toString('latin1'));
  }
  yield* splitter.finish();
}

/** The statement without the white space and the comments before it. */
export function withoutComments(text: string): string {
  return text.replace(/^(?:\s+|--[^\n]*(?:\n|$))+/, '');
}

type Inside = { readonly until: RegExp } | undefined;

class Splitter {
  #text = '';
  /** Up to where `#text` was looked at. */
  #at = 0;
  #inside: Inside;
  #isCopy = false;
  #isLong = false;
  #hasBackslashEscapes = false;

  push(text: string): readonly Piece[] {
    this.#text += text;
    return this.#pieces(false);
  }

  finish(): readonly Piece[] {
    const pieces = this.#pieces(true);
    return [...pieces, { kind: this.#isCopy ? 'data' : 'end', text: this.#take(this.#text.length) }];
  }

  #pieces(isLast: boolean): readonly Piece[] {
    const pieces: Piece[] = [];
    for (let piece = this.#next(isLast); piece !== undefined; piece = this.#next(isLast)) {
      pieces.push(piece);
    }
    return pieces;
  }

  #next(isLast: boolean): Piece | undefined {
    if (this.#isCopy) {
      return this.#rows();
    }
    const limit = isLast ? this.#text.length : this.#text.length - lookahead;
    while (this.#at < limit) {
      const piece = this.#inside === undefined ? this.#code(isLast) : this.#quoted(isLast);
      if (piece === 'wait') {
        break;
      }
      if (piece !== undefined) {
        return piece;
      }
    }
    if (this.#at <= maxStatementLength) {
      return undefined;
    }
    this.#isLong = true;
    return { kind: 'fragment', text: this.#take(this.#at) };
  }

  #rows(): Piece | undefined {
    const end = this.#text.indexOf(endOfCopy);
    if (end >= 0) {
      this.#isCopy = false;
      return { kind: 'data', text: this.#take(end + endOfCopy.length) };
    }
    const length = this.#text.length - endOfCopy.length;
    return length > 0 ? { kind: 'data', text: this.#take(length) } : undefined;
  }

  #quoted(isLast: boolean): 'wait' | undefined {
    const { until } = this.#inside ?? { until: /$/g };
    until.lastIndex = this.#at;
    const match = until.exec(this.#text);
    const { length } = this.#text;
    if (match === null) {
      // What ends it may stand across the border of two chunks.
      this.#at = isLast ? length : Math.max(this.#at, length - lookahead);
      return 'wait';
    }
    if (until.lastIndex === length && !isLast) {
      this.#at = match.index;
      return 'wait';
    }
    this.#at = until.lastIndex;
    if (match[1] === undefined) {
      this.#inside = undefined;
    }
    return undefined;
  }

  #code(isLast: boolean): Piece | 'wait' | undefined {
    const special = /['"$\\;]|--|\/\*/g;
    special.lastIndex = this.#at;
    const match = special.exec(this.#text);
    if (match === null || (!isLast && match.index > this.#text.length - lookahead)) {
      this.#at = isLast ? this.#text.length : Math.max(this.#at, this.#text.length - lookahead);
      return 'wait';
    }
    const { index } = match;
    const [token] = match;
    if (token === ';') {
      return this.#statement(index + 1);
    }
    if (token === '\\') {
      return this.#command(index, isLast);
    }
    this.#at = index + token.length;
    if (token === '$') {
      this.#dollar(index);
    } else {
      this.#inside = { until: this.#endOf(token, index) };
    }
    return undefined;
  }

  /** Group 1 of the expression is what looks like the end and is not. */
  #endOf(token: string, index: number): RegExp {
    if (token === "'") {
      const isEscaped =
        this.#hasBackslashEscapes ||
        /(?:^|[^\w$\x80-\xff])[eE]$/.test(this.#text.slice(Math.max(0, index - 2), index));
      return isEscaped ? /(\\[\s\S]|'')|'/g : /'/g;
    }
    return token === '"' ? /"/g : token === '--' ? /\n/g : /\*\//g;
  }

  #dollar(index: number): void {
    const tag = /\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$/y;
    tag.lastIndex = index;
    const match = tag.exec(this.#text);
    if (match !== null && !/[\w$\x80-\xff]/.test(this.#text[index - 1] ?? '')) {
      this.#at = tag.lastIndex;
      this.#inside = { until: new RegExp(match[0].replaceAll('$', '\\$'), 'g') };
    }
  }

  #statement(end: number): Piece {
    const text = this.#take(end);
    if (this.#isLong) {
      this.#isLong = false;
      return { kind: 'fragment', text };
    }
    const statement = withoutComments(text);
    this.#isCopy = copyFromStdin.test(statement);
    const setting = /^SET standard_conforming_strings = (on|off);$/.exec(statement);
    if (setting !== null) {
      this.#hasBackslashEscapes = setting[1] === 'off';
    }
    return { kind: 'statement', text };
  }

  #command(index: number, isLast: boolean): Piece | 'wait' {
    const end = this.#text.indexOf('\n', index) + 1;
    if (end === 0 && !isLast) {
      return 'wait';
    }
    return { kind: 'command', text: this.#take(end === 0 ? this.#text.length : end) };
  }

  #take(length: number): string {
    const text = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    this.#at = 0;
    return text;
  }
}
