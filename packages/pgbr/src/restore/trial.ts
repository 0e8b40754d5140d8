import type { Server } from '../server.ts';
import { tokensOf } from '../sql/tokens.ts';

/**
 * Run statements and take them back: what the end of a restore will need is tried before its hours of data. Gives a
 * sentence for each that fails; of a statement only its beginning, for it may hold a password.
 */
export async function tryStatements(
  server: Server,
  statements: readonly string[],
): Promise<readonly string[]> {
  await using session = await server.connect();
  const problems: string[] = [];
  await session.query('BEGIN');
  for (const statement of statements) {
    await session.query('SAVEPOINT trial');
    try {
      await session.query(statement);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      problems.push(`${beginningOf(statement)} …: ${reason}`);
      await session.query('ROLLBACK TO SAVEPOINT trial');
    }
  }
  await session.query('ROLLBACK');
  return problems;
}

function beginningOf(statement: string): string {
  const third = tokensOf(statement)[2];
  return statement.slice(0, third?.end);
}
