/** A part of an SQL statement of pg_dump; comments and white space are none. */
export interface Token {
  /** `word` is a keyword or a bare name, `name` a quoted one, `string` a literal. */
  readonly kind: 'word' | 'name' | 'string' | 'other';
  /** Without its quotes. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const pattern =
  /(?<space>\s+|--[^\n]*)|(?<escaped>[eE]'(?:[^'\\]|\\[\s\S]|'')*')|(?<string>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|(?<word>[\w$\u0080-\uffff]+)|(?<other>[\s\S])/gy;

/**
 * The tokens of a statement about databases, roles or privileges: pg_dump writes keywords in capitals, and names that
 * have capitals in quotes.
 */
export function tokensOf(statement: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of statement.matchAll(pattern)) {
    const [text] = match;
    const { escaped, string, name, word, space } = match.groups ?? {};
    const [start, end] = [match.index, match.index + text.length];
    if (escaped !== undefined) {
      tokens.push({ kind: 'string', value: withoutEscapes(escaped.slice(2, -1)), start, end });
    } else if (string !== undefined) {
      tokens.push({ kind: 'string', value: string.slice(1, -1).replaceAll("''", "'"), start, end });
    } else if (name !== undefined) {
      tokens.push({ kind: 'name', value: name.slice(1, -1).replaceAll('""', '"'), start, end });
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', value: word, start, end });
    } else if (space === undefined) {
      tokens.push({ kind: 'other', value: text, start, end });
    }
  }
  return tokens;
}

function withoutEscapes(text: string): string {
  return text.replaceAll("''", "'").replaceAll(/\\([\s\S])/g, '$1');
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.value);
}

/**
 * The names that follow any of `keywords`, also in a list with commas: the roles of GRANT … TO a, b. What is written as
 * a keyword, such as PUBLIC, is no name.
 */
export function namesAfter(tokens: readonly Token[], ...keywords: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (!isWord(tokens[at], ...keywords)) {
      continue;
    }
    for (let next = at + 1; ; next += 2) {
      const token = tokens[next];
      if (token?.kind === 'name' || (token?.kind === 'word' && !/^[A-Z_]+$/.test(token.value))) {
        names.push(token.value);
      }
      if (tokens[next + 1]?.value !== ',' || tokens[next + 1]?.kind !== 'other') {
        break;
      }
    }
  }
  return names;
}
