import { parseInteger, parseNumber, unquote } from './literal.ts';
import type { CommandNode, OperandNode, PipeNode, VariableNode } from './node.ts';
import { describeNode } from './node.ts';
import { goQuote } from './quote.ts';
import type { Token, TokenKind } from './token.ts';
import type { TokenStream } from './token-stream.ts';

const operandStarts: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'characterConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'leftParenthesis',
  'nil',
  'number',
  'rawString',
  'string',
  'variable',
]);

/** Deeper parentheses are refused: a template must not end the parser's stack. */
const maxParentheses = 100;

export interface ExpressionParserOptions {
  readonly stream: TokenStream;
  readonly hasFunction: (name: string) => boolean;
}

/** Parses what stands inside an action, and knows which variables are in scope. */
export class ExpressionParser {
  readonly #stream: TokenStream;
  readonly #hasFunction: (name: string) => boolean;
  #variables: string[] = ['$'];
  #parentheses = 0;

  constructor(options: ExpressionParserOptions) {
    this.#stream = options.stream;
    this.#hasFunction = options.hasFunction;
  }

  /** Runs `parse` and forgets the variables that it declared. */
  scope<T>(parse: () => T): T {
    const count = this.#variables.length;
    const result = parse();
    this.#variables.length = count;
    return result;
  }

  /** Runs `parse` for another template, which sees no variable of this one. */
  isolated<T>(parse: () => T): T {
    const outer = this.#variables;
    this.#variables = ['$'];
    const result = parse();
    this.#variables = outer;
    return result;
  }

  pipeline(context: string, end: TokenKind): PipeNode {
    const { position } = this.#stream.peekNonSpace();
    const declarations: VariableNode[] = [];
    const assigns = this.#declarations(context, declarations);
    const commands: CommandNode[] = [];
    for (;;) {
      const mark = this.#stream.mark();
      const token = this.#stream.nextNonSpace();
      if (token.kind === end) break;
      if (!operandStarts.has(token.kind)) this.#stream.unexpected(token, context);
      this.#stream.reset(mark);
      commands.push(this.#command());
    }
    this.#checkCommands(commands, context);
    return { kind: 'pipe', position, declarations, assigns, commands };
  }

  /** Reads `$a :=`, `$a =`, `$a, $b :=` into `found`; true for an assignment. */
  #declarations(context: string, found: VariableNode[]): boolean {
    for (;;) {
      const variable = this.#stream.peekNonSpace();
      if (variable.kind !== 'variable') return false;
      const mark = this.#stream.mark();
      this.#stream.next();
      const next = this.#stream.peekNonSpace();
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.#stream.next();
        this.#declare(variable, found);
        return next.kind === 'assign';
      }
      if (next.kind !== 'character' || next.text !== ',') {
        this.#stream.reset(mark);
        return false;
      }
      this.#stream.next();
      this.#declare(variable, found);
      this.#checkSecondVariable(context, found.length);
    }
  }

  #declare(token: Token, found: VariableNode[]): void {
    found.push({ kind: 'variable', position: token.position, names: [token.text] });
    this.#variables.push(token.text);
  }

  #checkSecondVariable(context: string, count: number): void {
    if (context !== 'range' || count >= 2) {
      this.#stream.fail(`too many declarations in ${context}`);
    }
    const { kind } = this.#stream.peekNonSpace();
    if (kind !== 'variable' && kind !== 'rightDelimiter' && kind !== 'rightParenthesis') {
      this.#stream.fail('range can only initialize variables');
    }
  }

  #checkCommands(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) {
      this.#stream.fail(`missing value for ${context}`);
    }
    for (const [i, command] of commands.entries()) {
      const kind = command.operands[0]?.kind ?? 'nil';
      if (i > 0 && ['bool', 'dot', 'nil', 'number', 'string'].includes(kind)) {
        this.#stream.fail(`non executable command in pipeline stage ${i + 1}`);
      }
    }
  }

  #command(): CommandNode {
    const { position } = this.#stream.peekNonSpace();
    const operands: OperandNode[] = [];
    for (;;) {
      this.#stream.skipSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const mark = this.#stream.mark();
      const token = this.#stream.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelimiter' || token.kind === 'rightParenthesis') {
        this.#stream.reset(mark);
      } else if (token.kind !== 'pipe') {
        this.#stream.unexpected(token, 'operand');
      }
      break;
    }
    if (operands.length === 0) {
      this.#stream.fail('empty command');
    }
    return { kind: 'command', position, operands };
  }

  /** A term and the fields behind it; undefined when the next token begins none. */
  #operand(): OperandNode | undefined {
    const term = this.#term();
    const { position } = this.#stream.peek();
    const names: string[] = [];
    while (term !== undefined && this.#stream.peek().kind === 'field') {
      names.push(this.#stream.next().text.slice(1));
    }
    if (term === undefined || names.length === 0) return term;
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { kind: term.kind, position, names: [...term.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#stream.fail(`unexpected . after term ${goQuote(describeNode(term))}`);
      default:
        return { kind: 'chain', position, operand: term, names };
    }
  }

  #term(): OperandNode | undefined {
    const mark = this.#stream.mark();
    const token = this.#stream.nextNonSpace();
    const { position, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#hasFunction(text)) this.#stream.fail(`function ${goQuote(text)} not defined`);
        return { kind: 'identifier', position, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, position };
      case 'variable':
        if (!this.#variables.includes(text)) this.#stream.fail(`undefined variable ${goQuote(text)}`);
        return { kind: 'variable', position, names: [text] };
      case 'field':
        return { kind: 'field', position, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', position, value: text === 'true' };
      case 'number':
      case 'complex':
      case 'characterConstant':
        return { kind: 'number', position, text, value: this.#number(token) };
      case 'leftParenthesis':
        return this.#parenthesized();
      case 'string':
      case 'rawString':
        return { kind: 'string', position, source: text, value: this.string(token) };
      default:
        this.#stream.reset(mark);
        return undefined;
    }
  }

  #parenthesized(): PipeNode {
    if (++this.#parentheses > maxParentheses) {
      this.#stream.fail('max expression depth exceeded');
    }
    const pipe = this.pipeline('parenthesized pipeline', 'rightParenthesis');
    this.#parentheses--;
    return pipe;
  }

  string(token: Token): string {
    return unquote(token.text) ?? this.#stream.fail('invalid syntax');
  }

  #number(token: Token): bigint | number {
    if (token.kind === 'characterConstant') {
      const characters = [...(unquote(token.text) ?? '')];
      if (characters.length !== 1) this.#stream.fail(`malformed character constant: ${token.text}`);
      return BigInt(characters[0]?.codePointAt(0) ?? 0);
    }
    if (token.kind === 'complex' || token.text.endsWith('i')) {
      this.#stream.fail(`complex numbers are not supported: ${token.text}`);
    }
    const number = parseNumber(token.text);
    if (typeof number === 'bigint' || (number !== undefined && /[.eEpP]/.test(token.text))) return number;
    // Digits that are no integer literal: too many of them, or `08`.
    const isInteger = number !== undefined || parseInteger(token.text) !== undefined;
    return this.#stream.fail(
      `${isInteger ? 'integer overflow' : 'illegal number syntax'}: ${goQuote(token.text)}`,
    );
  }
}
