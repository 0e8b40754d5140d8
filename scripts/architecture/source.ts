import { parseSync } from 'oxc-parser';

/** One use of a module by another, whether by import, re-export, dynamic import or `import('x').Type`. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** What the rules need to know of a file. */
export interface Source {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Names such as `process.env`, `Date.now`, `new Date()` and `fetch` that reach outside, with their lines. */
  readonly reaches: readonly { readonly name: string; readonly line: number }[];
  /** Lines with `export * from`. */
  readonly exportsAll: readonly number[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Members of globals that read the clock, randomness, the network or the process. */
const reachingMembers = new Set([
  'process.env',
  'process.argv',
  'Date.now',
  'performance.now',
  'Math.random',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

const reachingCalls = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate']);

/** Read a TypeScript source. Throws where it cannot be parsed. */
export function parseSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) {
    throw new Error(`${path}: ${errors[0].message}`);
  }
  const lineAt = lineFinder(text);
  const imports: Import[] = [];
  const reaches: { name: string; line: number }[] = [];
  const exportsAll: number[] = [];
  for (const node of walk(program as unknown as Node)) {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      imports.push({ specifier, line: lineAt(node.start) });
    }
    const name = reachOf(node);
    if (name !== undefined) {
      reaches.push({ name, line: lineAt(node.start) });
    }
    if (node.type === 'ExportAllDeclaration') {
      exportsAll.push(lineAt(node.start));
    }
  }
  return { path, lines: text.split('\n').length - 1, imports, reaches, exportsAll };
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && typeof (child as Node).type === 'string') {
        yield* walk(child as Node);
      }
    }
  }
}

function specifierOf(node: Node): string | undefined {
  const literal = node.source as { value?: unknown } | null | undefined;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return typeof literal?.value === 'string' ? literal.value : undefined;
    default:
      return undefined;
  }
}

function reachOf(node: Node): string | undefined {
  if (node.type === 'MemberExpression') {
    const object = node.object as Node;
    const property = node.property as Node;
    const key = property.name ?? property.value;
    const name = `${String(object.name)}.${String(key)}`;
    return object.type === 'Identifier' && reachingMembers.has(name) ? name : undefined;
  }
  const callee = node.callee as Node | undefined;
  const calls = callee?.type === 'Identifier' ? String(callee.name) : '';
  if (node.type === 'CallExpression' && reachingCalls.has(calls)) {
    return calls;
  }
  const bare = (node.arguments as readonly unknown[] | undefined)?.length === 0;
  return node.type === 'NewExpression' && calls === 'Date' && bare ? 'new Date()' : undefined;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
