import { quoteIdentifier } from './identifier.ts';

/** Roles stand at the beginning of a full dump, before the first database. */
const endOfRoles = /^\\connect /;
/** No statement about a role is longer; a line that grows beyond is data. */
const maxLineLength = 64 * 1024;

/**
 * Leaves out of a full dump the two statements that cannot succeed: to drop and to create the role that
 * restores. All the rest passes unchanged, and once the databases begin without a look.
 */
export async function* withoutOwnRole(
  dump: AsyncIterable<Buffer>,
  user: string,
): AsyncGenerator<Buffer, void, undefined> {
  const names = [user, quoteIdentifier(user)];
  const dropped = new Set(names.flatMap((name) => [`DROP ROLE IF EXISTS ${name};`, `CREATE ROLE ${name};`]));
  let rest: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of dump) {
    if (rest === undefined) {
      yield chunk;
      continue;
    }
    const text = Buffer.concat([rest, chunk]).toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    const lines = text.slice(0, end).split(/(?<=\n)/);
    yield Buffer.from(lines.filter((line) => !dropped.has(decode(line).trimEnd())).join(''), 'latin1');
    rest = Buffer.from(text.slice(end), 'latin1');
    if (lines.some((line) => endOfRoles.test(line)) || rest.length > maxLineLength) {
      yield rest;
      rest = undefined;
    }
  }
  yield rest ?? Buffer.alloc(0);
}

/** Lines are cut in latin1, which keeps every byte; names are compared in UTF-8. */
function decode(line: string): string {
  return Buffer.from(line, 'latin1').toString('utf8');
}
