import type { Toc, TocEntry } from '../archive/toc.ts';
import { quoteIdentifier } from '../identifier.ts';
import { isWord, namesAfter, tokensOf } from '../sql/tokens.ts';

/** What of an archive is restored. */
export interface Selection {
  readonly owners: boolean;
  readonly privileges: boolean;
  readonly tablespaces: boolean;
  readonly comments: boolean;
  readonly securityLabels: boolean;
}

/** What a server must have for an archive to be restored. */
export interface Needs {
  /** Own objects. */
  readonly owners: readonly string[];
  /** All that are named: owners, too. */
  readonly roles: readonly string[];
  readonly extensions: readonly string[];
  readonly tablespaces: readonly string[];
  /** Objects that only a superuser can make. */
  readonly superuser: readonly string[];
}

const superuserTypes = [
  'EVENT TRIGGER',
  'ACCESS METHOD',
  'TEXT SEARCH PARSER',
  'TEXT SEARCH TEMPLATE',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'FOREIGN DATA WRAPPER',
];

export function needsOf(toc: Toc, selection: Selection): Needs {
  const owners = selection.owners ? unique(toc.entries.map(({ owner }) => owner)) : [];
  return {
    owners,
    roles: unique([...owners, ...toc.entries.flatMap((entry) => rolesIn(entry, selection))]),
    extensions: unique(toc.entries.filter(({ type }) => type === 'EXTENSION').map(({ name }) => name)),
    tablespaces: selection.tablespaces ? unique(toc.entries.flatMap(tablespacesOf)) : [],
    superuser: toc.entries
      .filter(({ type }) => superuserTypes.includes(type))
      .map(({ type, name }) => `${type.toLowerCase()} ${name}`),
  };
}

function rolesIn({ type, definition }: TocEntry, { privileges }: Selection): readonly string[] {
  const tokens = tokensOf(definition);
  switch (type) {
    case 'ACL':
    case 'DEFAULT ACL':
      return privileges ? namesAfter(tokens, 'TO', 'FROM', 'ROLE', 'AUTHORIZATION') : [];
    case 'DATABASE PROPERTIES':
      return tokens.flatMap((token, at) =>
        isWord(token, 'ROLE') && isWord(tokens[at + 2], 'IN')
          ? namesAfter(tokens.slice(at, at + 2), 'ROLE')
          : [],
      );
    case 'POLICY': {
      const condition = tokens.findIndex((token) => isWord(token, 'USING', 'WITH'));
      return namesAfter(tokens.slice(0, condition < 0 ? undefined : condition), 'TO');
    }
    case 'USER MAPPING':
      return namesAfter(tokens.slice(0, 5), 'FOR').filter((name) => name !== 'public');
    default:
      return [];
  }
}

function tablespacesOf({ type, tablespace, definition }: TocEntry): readonly string[] {
  return [tablespace, ...(type === 'DATABASE' ? namesOfTablespaces(definition) : [])].filter(
    (name) => name !== 'pg_default',
  );
}

/** CREATE DATABASE … TABLESPACE = fast */
function namesOfTablespaces(definition: string): readonly string[] {
  const tokens = tokensOf(definition);
  return tokens.flatMap((token, at) => (isWord(token, 'TABLESPACE') ? (tokens[at + 2]?.value ?? []) : []));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== '').sort();
}

/** The statements of an archive about the database itself; the first one makes it. */
export function databaseStatements(toc: Toc, selection: Selection): readonly string[] {
  return toc.entries.flatMap(({ type, definition, owner, name }) => {
    if (type === 'DATABASE') {
      const ownership = `ALTER DATABASE ${quoteIdentifier(name)} OWNER TO ${quoteIdentifier(owner)};`;
      return [definition, ...(selection.owners && owner !== '' ? [ownership] : [])];
    }
    const isWanted =
      type === 'DATABASE PROPERTIES' ||
      (name.startsWith('DATABASE ') && (wanted[type]?.(selection) ?? false));
    return isWanted ? splitStatements(definition) : [];
  });
}

/** Kinds that a database has, too. */
const wanted: Readonly<Record<string, (selection: Selection) => boolean>> = {
  ACL: ({ privileges }) => privileges,
  COMMENT: ({ comments }) => comments,
  'SECURITY LABEL': ({ securityLabels }) => securityLabels,
};

function splitStatements(text: string): readonly string[] {
  const ends = tokensOf(text)
    .filter(({ kind, value }) => kind === 'other' && value === ';')
    .map(({ end }) => end);
  return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end).trimStart());
}
