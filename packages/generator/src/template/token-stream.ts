import { goQuote } from './quote.ts';
import { TemplateError } from './template-error.ts';
import { isKeyword, type Token } from './token.ts';

/** The tokens of one template with a cursor, and the parser's complaints about them. */
export class TokenStream {
  readonly templateName: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #furthest = 0;
  /** The line on which the present action began; 0 outside. */
  actionLine = 0;

  constructor(templateName: string, tokens: readonly Token[]) {
    this.templateName = templateName;
    this.#tokens = tokens;
  }

  next(): Token {
    const token = this.peek();
    if (this.#next < this.#tokens.length - 1) this.#next++;
    return token;
  }

  peek(): Token {
    this.#furthest = Math.max(this.#furthest, this.#next);
    // The last token is always `eof` or `error`, and stays.
    return this.#tokens[this.#next] as Token;
  }

  nextNonSpace(): Token {
    this.skipSpace();
    return this.next();
  }

  peekNonSpace(): Token {
    this.skipSpace();
    return this.peek();
  }

  skipSpace(): void {
    while (this.peek().kind === 'space') this.#next++;
  }

  /** A place to go back to. */
  mark(): number {
    return this.#next;
  }

  reset(mark: number): void {
    this.#next = mark;
  }

  expect(kinds: readonly Token['kind'][], context: string): Token {
    const token = this.nextNonSpace();
    return kinds.includes(token.kind) ? token : this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind === 'error') {
      this.fail(token.text + this.#startedAt(token));
    }
    this.fail(`unexpected ${describeToken(token)} in ${context}`);
  }

  /** Go names the line of the last token it looked at. */
  fail(message: string): never {
    const line = this.#tokens[this.#furthest]?.line ?? 1;
    throw new TemplateError(`template: ${this.templateName}:${line}: ${message}`, {
      templateName: this.templateName,
      line,
    });
  }

  #startedAt(token: Token): string {
    if (this.actionLine === 0 || this.actionLine === token.line) return '';
    const place = ` started at ${this.templateName}:${this.actionLine}`;
    return token.text.endsWith(' action') ? place : ` in action${place}`;
  }
}

function describeToken(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (isKeyword(token.kind) || token.kind === 'dot') return `<${token.text}>`;
  const characters = [...token.text];
  return characters.length > 10 ? `${goQuote(characters.slice(0, 10).join(''))}...` : goQuote(token.text);
}
