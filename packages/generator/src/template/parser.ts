import { ExpressionParser } from './expression-parser.ts';
import { tokenize } from './lexer.ts';
import type { BranchNode, ListNode, PipeNode, StatementNode, TemplateNode } from './node.ts';
import { goQuote } from './quote.ts';
import type { Token } from './token.ts';
import { TokenStream } from './token-stream.ts';

export interface ParsedTemplate {
  readonly name: string;
  readonly text: string;
  readonly root: ListNode;
  /** Templates by name: the ones of `define` and `block`, and the main one. */
  readonly templates: ReadonlyMap<string, ListNode>;
}

export interface ParseOptions {
  /** For messages, and for `{{template}}` to call the whole. */
  readonly name: string;
  readonly hasFunction: (name: string) => boolean;
}

/** Deeper nesting of `if`, `range`, `with` and `block` is refused: a template must not end the parser's stack. */
const maxNesting = 100;

/** @throws TemplateError with Go's message, the template's name and the line. */
export function parse(text: string, options: ParseOptions): ParsedTemplate {
  return new Parser(text, options).parse();
}

/** What ends a list of statements. */
type Terminator =
  | { readonly kind: 'end'; readonly position: number }
  | { readonly kind: 'else'; readonly position: number };

class Parser {
  readonly #text: string;
  readonly #name: string;
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  readonly #templates = new Map<string, ListNode>();
  #rangeDepth = 0;
  #nesting = 0;

  constructor(text: string, options: ParseOptions) {
    this.#text = text;
    this.#name = options.name;
    this.#stream = new TokenStream(options.name, tokenize(text));
    this.#expressions = new ExpressionParser({ stream: this.#stream, hasFunction: options.hasFunction });
  }

  parse(): ParsedTemplate {
    const root: StatementNode[] = [];
    while (this.#stream.peek().kind !== 'eof') {
      if (this.#definition()) continue;
      const node = this.#statement();
      if (node.kind === 'end' || node.kind === 'else') {
        this.#stream.fail(`unexpected {{${node.kind}}}`);
      }
      root.push(node);
    }
    this.#add(this.#name, root);
    return { name: this.#name, text: this.#text, root, templates: this.#templates };
  }

  /** Reads a `define`, which only the top level may hold; false when the next thing is none. */
  #definition(): boolean {
    const mark = this.#stream.mark();
    if (this.#stream.next().kind !== 'leftDelimiter' || this.#stream.nextNonSpace().kind !== 'define') {
      this.#stream.reset(mark);
      return false;
    }
    const name = this.#expressions.string(this.#stream.expect(['string', 'rawString'], 'define clause'));
    this.#stream.expect(['rightDelimiter'], 'define clause');
    this.#add(name, this.#associated('define clause'));
    return true;
  }

  /** The body of another template that is written inside this one, to its `end`. */
  #associated(context: string): ListNode {
    const rangeDepth = this.#rangeDepth;
    this.#rangeDepth = 0;
    const { list, end } = this.#expressions.isolated(() => this.#list());
    this.#rangeDepth = rangeDepth;
    if (end.kind !== 'end') {
      this.#stream.fail(`unexpected {{${end.kind}}} in ${context}`);
    }
    return list;
  }

  /** A later definition may replace an empty one only. */
  #add(name: string, list: ListNode): void {
    const known = this.#templates.get(name);
    if (known !== undefined && !isEmpty(known) && !isEmpty(list)) {
      this.#stream.fail(`template: multiple definition of template ${goQuote(name)}`);
    }
    if (known === undefined || isEmpty(known)) {
      this.#templates.set(name, list);
    }
  }

  #list(): { readonly list: ListNode; readonly end: Terminator } {
    if (++this.#nesting > maxNesting) {
      this.#stream.fail('max nesting depth exceeded');
    }
    const list: StatementNode[] = [];
    while (this.#stream.peekNonSpace().kind !== 'eof') {
      const node = this.#statement();
      if (node.kind === 'end' || node.kind === 'else') {
        this.#nesting--;
        return { list, end: node };
      }
      list.push(node);
    }
    return this.#stream.fail('unexpected EOF');
  }

  #statement(): StatementNode | Terminator {
    const token = this.#stream.nextNonSpace();
    if (token.kind === 'text') {
      return { kind: 'text', position: token.position, text: token.text };
    }
    if (token.kind !== 'leftDelimiter') {
      return this.#stream.unexpected(token, 'input');
    }
    this.#stream.actionLine = token.line;
    const node = this.#action();
    this.#stream.actionLine = 0;
    return node;
  }

  #action(): StatementNode | Terminator {
    const mark = this.#stream.mark();
    const token = this.#stream.nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token, token.kind);
      case 'else':
        return this.#else();
      case 'end':
        return { kind: 'end', position: this.#stream.expect(['rightDelimiter'], 'end').position };
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind);
      case 'template':
        return this.#template();
      default:
        break;
    }
    this.#stream.reset(mark);
    const { position } = this.#stream.peekNonSpace();
    return { kind: 'action', position, pipe: this.#pipeline('command') };
  }

  #pipeline(context: string): PipeNode {
    return this.#expressions.pipeline(context, 'rightDelimiter');
  }

  #jump(token: Token, kind: 'break' | 'continue'): StatementNode {
    const next = this.#stream.nextNonSpace();
    if (next.kind !== 'rightDelimiter') {
      this.#stream.unexpected(next, `{{${kind}}}`);
    }
    if (this.#rangeDepth === 0) {
      this.#stream.fail(`{{${kind}}} outside {{range}}`);
    }
    return { kind, position: token.position };
  }

  #else(): Terminator {
    const next = this.#stream.peekNonSpace();
    // `else if` and `else with` leave their keyword to the branch that they continue.
    if (next.kind === 'if' || next.kind === 'with') {
      return { kind: 'else', position: next.position };
    }
    return { kind: 'else', position: this.#stream.expect(['rightDelimiter'], 'else').position };
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    return this.#expressions.scope(() => {
      const pipe = this.#pipeline(kind);
      this.#rangeDepth += kind === 'range' ? 1 : 0;
      const { list: body, end } = this.#list();
      this.#rangeDepth -= kind === 'range' ? 1 : 0;
      const otherwise = end.kind === 'else' ? this.#otherwise(kind) : undefined;
      return { kind, position: pipe.position, pipe, body, otherwise };
    });
  }

  #otherwise(kind: BranchNode['kind']): ListNode {
    if (kind !== 'range' && this.#stream.peek().kind === kind) {
      this.#stream.next();
      if (++this.#nesting > maxNesting) {
        this.#stream.fail('max nesting depth exceeded');
      }
      const chained = this.#branch(kind);
      this.#nesting--;
      return [chained];
    }
    const { list, end } = this.#list();
    if (end.kind !== 'end') {
      this.#stream.fail(`expected end; found {{${end.kind}}}`);
    }
    return list;
  }

  #block(): TemplateNode {
    const { token, name } = this.#templateName('block clause');
    const pipe = this.#pipeline('block clause');
    this.#add(name, this.#associated('block clause'));
    return { kind: 'template', position: token.position, name, pipe };
  }

  #template(): TemplateNode {
    const { token, name } = this.#templateName('template clause');
    const mark = this.#stream.mark();
    if (this.#stream.nextNonSpace().kind === 'rightDelimiter') {
      return { kind: 'template', position: token.position, name, pipe: undefined };
    }
    this.#stream.reset(mark);
    return { kind: 'template', position: token.position, name, pipe: this.#pipeline('template clause') };
  }

  #templateName(context: string): { readonly token: Token; readonly name: string } {
    const token = this.#stream.expect(['string', 'rawString'], context);
    return { token, name: this.#expressions.string(token) };
  }
}

/** Nothing but white space. */
function isEmpty(list: ListNode): boolean {
  return list.every((node) => node.kind === 'text' && node.text.trim() === '');
}
