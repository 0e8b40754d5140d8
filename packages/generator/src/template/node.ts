import { goQuote } from './quote.ts';

interface Placed {
  /** Offset in the template's text. */
  readonly position: number;
}

interface TextNode extends Placed {
  readonly kind: 'text';
  readonly text: string;
}
interface ActionNode extends Placed {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}
/** `if`, `with` and `range` have the same shape. */
export interface BranchNode extends Placed {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly body: ListNode;
  readonly otherwise: ListNode | undefined;
}
export interface TemplateNode extends Placed {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
interface JumpNode extends Placed {
  readonly kind: 'break' | 'continue';
}
export type StatementNode = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;
export type ListNode = readonly StatementNode[];

export interface PipeNode extends Placed {
  readonly kind: 'pipe';
  readonly declarations: readonly VariableNode[];
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}
export interface CommandNode extends Placed {
  readonly kind: 'command';
  readonly operands: readonly OperandNode[];
}
export interface FieldNode extends Placed {
  readonly kind: 'field';
  readonly names: readonly string[];
}
export interface VariableNode extends Placed {
  readonly kind: 'variable';
  /** The variable with its `$`, then fields. */
  readonly names: readonly string[];
}
interface ChainNode extends Placed {
  readonly kind: 'chain';
  readonly operand: OperandNode;
  readonly names: readonly string[];
}
interface IdentifierNode extends Placed {
  readonly kind: 'identifier';
  readonly name: string;
}
interface DotNode extends Placed {
  readonly kind: 'dot';
}
interface NilNode extends Placed {
  readonly kind: 'nil';
}
interface BoolNode extends Placed {
  readonly kind: 'bool';
  readonly value: boolean;
}
interface NumberNode extends Placed {
  readonly kind: 'number';
  readonly text: string;
  readonly value: bigint | number;
}
interface StringNode extends Placed {
  readonly kind: 'string';
  /** As written, with its quotes. */
  readonly source: string;
  readonly value: string;
}
export type OperandNode =
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

export type Node = StatementNode | CommandNode | OperandNode;

/** The node as Go prints it in its messages. */
export function describeNode(node: Node): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${describeNode(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range':
      return describeBranch(node);
    case 'template':
      return `{{template ${goQuote(node.name)}${node.pipe === undefined ? '' : ` ${describeNode(node.pipe)}`}}}`;
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'pipe':
      return describePipe(node);
    case 'command':
      return node.operands.map(describeOperand).join(' ');
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'variable':
      return node.names.join('.');
    case 'chain':
      return `${describeOperand(node.operand)}${node.names.map((name) => `.${name}`).join('')}`;
    case 'identifier':
      return node.name;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.source;
    default:
      return node satisfies never;
  }
}

function describeOperand(node: OperandNode): string {
  return node.kind === 'pipe' ? `(${describeNode(node)})` : describeNode(node);
}

function describePipe(node: PipeNode): string {
  const declarations = node.declarations.map(describeNode).join(', ');
  const assignment = declarations === '' ? '' : `${declarations} ${node.assigns ? '=' : ':='} `;
  return assignment + node.commands.map(describeNode).join(' | ');
}

function describeBranch(node: BranchNode): string {
  const body = node.body.map(describeNode).join('');
  const otherwise =
    node.otherwise === undefined ? '' : `{{else}}${node.otherwise.map(describeNode).join('')}`;
  return `{{${node.kind} ${describeNode(node.pipe)}}}${body}${otherwise}{{end}}`;
}
