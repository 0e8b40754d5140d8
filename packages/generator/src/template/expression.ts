import { checkedArgument, literalArgument } from './argument.ts';
import type { Budget } from './budget.ts';
import { type FieldOptions, walkFields } from './field.ts';
import type { CommandNode, Node, OperandNode, PipeNode, VariableNode } from './node.ts';
import { describeNode } from './node.ts';
import { goQuote } from './quote.ts';
import type { Scope } from './scope.ts';
import {
  type CallContext,
  type FunctionTable,
  type ParameterType,
  parameterTypeNames,
  type TemplateFunction,
} from './signature.ts';
import { CallError } from './template-error.ts';
import { isList, isMap, isTruthy, plainValue, type Value } from './value.ts';

/** What a pipeline is evaluated in. */
export interface Frame {
  readonly dot: Value;
  /** The dot is an element of a list or map, whose type Go does not know. */
  readonly isElement: boolean;
  readonly scope: Scope;
}

export interface ExpressionOptions {
  readonly functions: FunctionTable;
  readonly context: CallContext;
  readonly budget: Budget;
  /** Told which node is being evaluated, for messages. */
  readonly at: (node: Node) => void;
  /** Throws with the place of the last node. */
  readonly fail: (message: string, messageWithoutValues?: string) => never;
}

/** The value that the pipeline hands to a command as its last argument; undefined for none. */
type Piped = Value | undefined;

/** A function or method and what stands behind its name. */
interface Call {
  readonly node: Node;
  readonly at: Node;
  readonly operands: readonly OperandNode[];
  readonly piped: Piped;
}

/** Evaluates pipelines, commands and operands by Go's rules. */
export class ExpressionEvaluator {
  readonly #options: ExpressionOptions;

  constructor(options: ExpressionOptions) {
    this.#options = options;
  }

  pipeline(frame: Frame, pipe: PipeNode): Value {
    this.#at(pipe);
    let value: Piped;
    for (const command of pipe.commands) {
      value = this.#command(frame, command, value);
    }
    const result = value ?? null;
    for (const { names } of pipe.declarations) {
      if (pipe.assigns) {
        this.#variable(frame, names).value = result;
      } else {
        frame.scope.declare(names[0] ?? '', result);
      }
    }
    return result;
  }

  #at(node: Node): void {
    this.#options.budget.spend(1);
    this.#options.at(node);
  }

  #fail(message: string): never {
    return this.#options.fail(message);
  }

  #command(frame: Frame, command: CommandNode, piped: Piped): Value {
    const [first, ...rest] = command.operands;
    if (first === undefined) return null;
    switch (first.kind) {
      case 'identifier':
        return this.#call(frame, { name: first.name, node: command, at: first, operands: rest, piped });
      case 'field':
      case 'chain':
      case 'variable':
        return this.#reference(frame, first, { operands: rest, piped });
      case 'pipe':
        this.#refuseArguments(first, rest, piped);
        return this.pipeline(frame, first);
      default:
        break;
    }
    this.#at(first);
    this.#refuseArguments(first, rest, piped);
    if (first.kind === 'nil') this.#fail('nil is not a command');
    return first.kind === 'dot' ? frame.dot : first.value;
  }

  #refuseArguments(first: OperandNode, rest: readonly OperandNode[], piped: Piped): void {
    if (rest.length > 0 || piped !== undefined) {
      this.#fail(`can't give argument to non-function ${describeNode(first)}`);
    }
  }

  /** A field, variable or chain; only the methods of times and versions take arguments. */
  #reference(
    frame: Frame,
    node: Extract<OperandNode, { kind: 'field' | 'chain' | 'variable' }>,
    given: { readonly operands: readonly OperandNode[]; readonly piped: Piped },
  ): Value {
    this.#at(node);
    const { fail } = this.#options;
    const hasArguments = given.operands.length > 0 || given.piped !== undefined;
    const invoke: FieldOptions['invoke'] = (method, name, takesArguments) =>
      this.#invoke(frame, method, {
        name,
        node,
        at: node,
        operands: takesArguments ? given.operands : [],
        piped: takesArguments ? given.piped : undefined,
      });
    switch (node.kind) {
      case 'field':
        return walkFields(frame.dot, node.names, { hasArguments, isUntyped: frame.isElement, fail, invoke });
      case 'variable': {
        const { value } = this.#variable(frame, node.names);
        if (node.names.length === 1) {
          this.#refuseArguments(node, given.operands, given.piped);
          return value;
        }
        return walkFields(value, node.names.slice(1), { hasArguments, isUntyped: false, fail, invoke });
      }
      case 'chain': {
        if (node.operand.kind === 'nil') {
          this.#fail(`indirection through explicit nil in ${describeNode(node)}`);
        }
        return walkFields(this.#argument(frame, node.operand, 'any'), node.names, {
          hasArguments,
          isUntyped: false,
          fail,
          invoke,
        });
      }
      default:
        return node satisfies never;
    }
  }

  #variable(frame: Frame, names: VariableNode['names']): { value: Value } {
    const name = names[0] ?? '';
    return frame.scope.find(name) ?? this.#fail(`undefined variable: ${name}`);
  }

  #call(frame: Frame, call: Call & { readonly name: string }): Value {
    const { name, operands, piped } = call;
    this.#at(call.at);
    if (name === 'and' || name === 'or') {
      return this.#shortCircuit(frame, name, operands, piped);
    }
    return this.#invoke(frame, this.#function(name), call);
  }

  #invoke(frame: Frame, definition: TemplateFunction, call: Call & { readonly name: string }): Value {
    const { name, operands, piped } = call;
    this.#checkCount(name, definition, operands.length, piped);
    const values = operands.map((operand, i) => this.#argument(frame, operand, parameterType(definition, i)));
    if (piped !== undefined) {
      values.push(checkedArgument(piped, parameterType(definition, values.length), this.#options.fail));
    }
    for (const value of values) this.#spendOn(value);
    try {
      const given = definition.keepsTypes ? values : values.map(plainValue);
      const result = definition.call(given, this.#options.context);
      this.#spendOn(result);
      return result;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#at(call.node);
      return this.#options.fail(`error calling ${name}: ${error.message}`, `error calling ${name}`);
    }
  }

  #function(name: string): TemplateFunction {
    const definition = Object.hasOwn(this.#options.functions, name)
      ? this.#options.functions[name]
      : undefined;
    return definition ?? this.#fail(`${goQuote(name)} is not a defined function`);
  }

  /** Text costs by its length, lists and maps by their size. */
  #spendOn(value: Value): void {
    if (typeof value === 'string') this.#options.budget.text(value.length);
    else if (isList(value)) this.#options.budget.spend(value.length);
    else if (isMap(value)) this.#options.budget.spend(value.size);
  }

  #checkCount(name: string, definition: TemplateFunction, given: number, piped: Piped): void {
    const count = given + (piped === undefined ? 0 : 1);
    const wanted = definition.parameters.length;
    if (definition.rest !== undefined && count < wanted) {
      this.#fail(`wrong number of args for ${name}: want at least ${wanted} got ${given}`);
    }
    if (definition.rest === undefined && count !== wanted) {
      this.#fail(`wrong number of args for ${name}: want ${wanted} got ${count}`);
    }
  }

  #shortCircuit(frame: Frame, name: 'and' | 'or', operands: readonly OperandNode[], piped: Piped): Value {
    if (operands.length === 0 && piped === undefined) {
      this.#fail(`wrong number of args for ${name}: want at least 1 got 0`);
    }
    let value: Value = null;
    for (const operand of operands) {
      value = this.#argument(frame, operand, 'any');
      if (isTruthy(value) === (name === 'or')) return value;
    }
    return piped === undefined ? value : piped;
  }

  #argument(frame: Frame, operand: OperandNode, type: ParameterType): Value {
    const { fail } = this.#options;
    this.#at(operand);
    switch (operand.kind) {
      case 'dot':
        return checkedArgument(frame.dot, type, fail);
      case 'nil':
        return type === 'any' || type === 'map'
          ? null
          : this.#fail(`cannot assign nil to ${parameterTypeNames[type]}`);
      case 'field':
      case 'variable':
      case 'chain': {
        const value = this.#reference(frame, operand, { operands: [], piped: undefined });
        if (value === null && operand.kind !== 'variable' && type !== 'any' && type !== 'map') {
          this.#fail(`wrong type for value; expected ${parameterTypeNames[type]}; got interface {}`);
        }
        return checkedArgument(value, type, fail);
      }
      case 'pipe':
        return checkedArgument(this.pipeline(frame, operand), type, fail);
      case 'identifier': {
        const call = { name: operand.name, node: operand, at: operand, operands: [], piped: undefined };
        return checkedArgument(this.#call(frame, call), type, fail);
      }
      default:
        return literalArgument(operand, type, fail);
    }
  }
}

function parameterType(definition: TemplateFunction, i: number): ParameterType {
  return definition.parameters[i] ?? definition.rest ?? 'any';
}
