import { quoteIdentifier } from '../identifier.ts';
import { isWord, type Token, tokensOf } from './tokens.ts';

/** A statement of a dump that is about a database as a whole, not about what is in it. */
export interface DatabaseStatement {
  readonly verb: 'create' | 'drop' | 'change';
  readonly database: string;
  /** The same statement for a database of another name. */
  readonly renamed: (name: string) => string;
}

/** Undefined for any other statement. */
export function parseDatabaseStatement(text: string): DatabaseStatement | undefined {
  if (!/\bDATABASE\b|\bpg_database\b/.test(text)) {
    return undefined;
  }
  const tokens = tokensOf(text);
  const [first, second] = tokens;
  const name = isWord(first, 'UPDATE') ? templateFlag(tokens) : nameOf(tokens);
  if (name === undefined) {
    return undefined;
  }
  const quote = name.kind === 'string' ? quoteString : quoteIdentifier;
  const verb =
    !isWord(second, 'DATABASE') || isWord(first, 'ALTER')
      ? 'change'
      : isWord(first, 'CREATE')
        ? 'create'
        : 'drop';
  return {
    verb,
    database: name.value,
    renamed: (other) => `${text.slice(0, name.start)}${quote(other)}${text.slice(name.end)}`,
  };
}

function nameOf(tokens: readonly Token[]): Token | undefined {
  const [first, second] = tokens;
  if (isWord(first, 'CREATE', 'ALTER', 'DROP') && isWord(second, 'DATABASE')) {
    return isWord(tokens[2], 'IF') ? tokens[4] : tokens[2];
  }
  if (isWord(first, 'GRANT', 'REVOKE', 'COMMENT', 'SECURITY')) {
    return behind(tokens, 'ON');
  }
  return isWord(first, 'ALTER') && isWord(second, 'ROLE', 'USER') ? behind(tokens, 'IN') : undefined;
}

/** The token behind `keyword DATABASE`. */
function behind(tokens: readonly Token[], keyword: string): Token | undefined {
  const at = tokens.findIndex(
    (token, index) => isWord(token, keyword) && isWord(tokens[index + 1], 'DATABASE'),
  );
  return at < 0 ? undefined : tokens[at + 2];
}

/** UPDATE pg_catalog.pg_database SET datistemplate = true WHERE datname = 'shop' */
function templateFlag(tokens: readonly Token[]): Token | undefined {
  return isWord(tokens[3], 'pg_database') ? tokens.find(({ kind }) => kind === 'string') : undefined;
}

function quoteString(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
