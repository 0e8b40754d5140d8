import { type Budget, BudgetExceeded } from './budget.ts';
import { ExpressionEvaluator, type Frame } from './expression.ts';
import { type BranchNode, describeNode, type ListNode, type Node, type TemplateNode } from './node.ts';
import type { ParsedTemplate } from './parser.ts';
import { printValue } from './print.ts';
import { goQuote } from './quote.ts';
import { Scope } from './scope.ts';
import type { CallContext, FunctionTable } from './signature.ts';
import { TemplateError } from './template-error.ts';
import type { TimeZone } from './time-zone.ts';
import {
  byteLength,
  isList,
  isMap,
  isTruthy,
  plainValue,
  sortedKeys,
  typeName,
  type Value,
} from './value.ts';

export interface ExecutionOptions {
  readonly template: ParsedTemplate;
  readonly functions: FunctionTable;
  readonly budget: Budget;
  readonly nowMs: number | undefined;
  readonly timeZone: TimeZone;
}

/** How a list of statements ended. */
type Outcome = 'done' | 'break' | 'continue';

/** One rendering of a template. */
export class Execution {
  readonly #template: ParsedTemplate;
  readonly #budget: Budget;
  readonly #expressions: ExpressionEvaluator;
  readonly #output: string[] = [];
  #outputLength = 0;
  #node: Node | undefined;
  #running: string;
  #depth = 0;

  constructor(options: ExecutionOptions) {
    this.#template = options.template;
    this.#running = options.template.name;
    this.#budget = options.budget;
    const context: CallContext = {
      budget: options.budget,
      nowMs: options.nowMs,
      timeZone: options.timeZone,
    };
    this.#expressions = new ExpressionEvaluator({
      functions: options.functions,
      budget: options.budget,
      context,
      at: (node) => {
        this.#node = node;
      },
      fail: (message, messageWithoutValues) => this.#fail(message, messageWithoutValues),
    });
  }

  /** @throws TemplateError with Go's message, the template's name, the line and what was being evaluated. */
  run(data: Value): string {
    try {
      this.#statements({ dot: data, isElement: false, scope: new Scope(data) }, this.#template.root);
    } catch (error) {
      if (error instanceof BudgetExceeded) this.#fail(error.message);
      throw error;
    }
    return this.#output.join('');
  }

  #statements(frame: Frame, list: ListNode): Outcome {
    for (const node of list) {
      this.#budget.spend(1);
      this.#node = node;
      const outcome = this.#statement(frame, node);
      if (outcome !== 'done') return outcome;
    }
    return 'done';
  }

  #statement(frame: Frame, node: ListNode[number]): Outcome {
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return 'done';
      case 'action': {
        const value = this.#expressions.pipeline(frame, node.pipe);
        this.#node = node;
        if (node.pipe.declarations.length === 0) {
          this.#write(value === null ? '<no value>' : printValue(value, this.#budget));
        }
        return 'done';
      }
      case 'if':
      case 'with':
        return this.#condition(frame, node);
      case 'range':
        return this.#range(frame, node);
      case 'template':
        this.#call(frame, node);
        return 'done';
      case 'break':
      case 'continue':
        return node.kind;
      default:
        return node satisfies never;
    }
  }

  #write(text: string): void {
    this.#outputLength += byteLength(text);
    this.#budget.text(this.#outputLength);
    this.#output.push(text);
  }

  #condition(frame: Frame, node: BranchNode): Outcome {
    const mark = frame.scope.mark();
    const value = this.#expressions.pipeline(frame, node.pipe);
    let outcome: Outcome = 'done';
    if (isTruthy(value)) {
      outcome = this.#statements(
        node.kind === 'with' ? { ...frame, dot: value, isElement: false } : frame,
        node.body,
      );
    } else if (node.otherwise !== undefined) {
      outcome = this.#statements(frame, node.otherwise);
    }
    frame.scope.reset(mark);
    return outcome;
  }

  #range(frame: Frame, node: BranchNode): Outcome {
    const mark = frame.scope.mark();
    const value = this.#expressions.pipeline(frame, node.pipe);
    const ended = this.#iterate(frame, node, this.#items(node, value));
    let outcome: Outcome = 'done';
    if (ended === 'empty' && node.otherwise !== undefined) {
      outcome = this.#statements(frame, node.otherwise);
    }
    frame.scope.reset(mark);
    return outcome;
  }

  #iterate(frame: Frame, node: BranchNode, items: Iterable<readonly [Value, Value]>): 'empty' | 'done' {
    const mark = frame.scope.mark();
    let ended: 'empty' | 'done' = 'empty';
    for (const [key, item] of items) {
      ended = 'done';
      this.#budget.spend(1);
      this.#bind(frame, node, key, item);
      const outcome = this.#statements({ ...frame, dot: item, isElement: true }, node.body);
      frame.scope.reset(mark);
      if (outcome === 'break') break;
    }
    return ended;
  }

  /** One variable is the element; of two, the first is the index or key. */
  #bind(frame: Frame, node: BranchNode, key: Value, item: Value): void {
    const { declarations, assigns } = node.pipe;
    const values = declarations.length > 1 ? [key, item] : [item];
    for (const [i, { names }] of declarations.entries()) {
      const value = values[i] ?? null;
      if (!assigns) {
        frame.scope.setFromTop(declarations.length - i, value);
        continue;
      }
      const variable = frame.scope.find(names[0] ?? '');
      if (variable !== undefined) variable.value = value;
    }
  }

  #items(node: BranchNode, given: Value): Iterable<readonly [Value, Value]> {
    const value = plainValue(given);
    if (value === null) return [];
    if (isList(value)) return value.map((item, i) => [BigInt(i), item] as const);
    if (isMap(value)) return sortedKeys(value).map((key) => [key, value.get(key) ?? null] as const);
    if (typeof value === 'bigint') {
      if (node.pipe.declarations.length > 1) {
        this.#fail(`can't use ${value} to iterate over more than one variable`);
      }
      return countTo(value);
    }
    return this.#fail(`range can't iterate over ${this.#shown(value)}`);
  }

  /** Go prints the value here; a text may be a secret, so only its type is named. */
  #shown(value: Value): string {
    return typeof value === 'string' ? `a value of type ${typeName(value)}` : printValue(value, this.#budget);
  }

  #call(frame: Frame, node: TemplateNode): void {
    const body = this.#template.templates.get(node.name);
    if (body === undefined) {
      this.#fail(`template ${goQuote(node.name)} not defined`);
    }
    const limit = this.#budget.limits.maxDepth;
    if (this.#depth === limit) {
      this.#fail(`exceeded maximum template depth (${limit})`);
    }
    const dot = node.pipe === undefined ? null : this.#expressions.pipeline(frame, node.pipe);
    const caller = this.#running;
    this.#running = node.name;
    this.#depth++;
    this.#statements({ dot, isElement: false, scope: new Scope(dot) }, body);
    this.#depth--;
    this.#running = caller;
  }

  #fail(message: string, messageWithoutValues = message): never {
    const { name, text } = this.#template;
    const position = this.#node?.position ?? 0;
    const before = text.slice(0, position);
    const line = before.split('\n').length;
    const column = byteLength(before.slice(before.lastIndexOf('\n') + 1));
    const context = this.#node === undefined ? '' : describeNode(this.#node);
    const place = `template: ${name}:${line}:${column}: executing ${goQuote(this.#running)} at <${context}>`;
    throw new TemplateError(`${place}: ${message}`, {
      templateName: name,
      line,
      messageWithoutValues: `${place}: ${messageWithoutValues}`,
    });
  }
}

function* countTo(end: bigint): Generator<readonly [Value, Value]> {
  for (let i = 0n; i < end; i++) {
    yield [null, i];
  }
}
