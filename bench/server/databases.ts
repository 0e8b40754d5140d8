import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Postgres } from '@backup-maker/testing';

/** An empty database for a repository, whose schema the repository makes when it starts. */
export interface BenchDatabase {
  readonly env: Readonly<Record<string, string>>;
  /** Put so many versions into it: half of them of other collections, half deleted ones of the collection `c0`. */
  fill(rows: number): Promise<void>;
}

/** The database that a repository makes in its own folder. */
export function sqliteDatabase(home: string): BenchDatabase {
  return {
    env: {},
    async fill(rows) {
      using database = new DatabaseSync(join(home, 'data/repository.db'));
      database.exec(
        `with recursive series(row) as (select 0 union all select row + 1 from series where row < ${rows - 1}) ` +
          insertFrom('series', 'lower(hex(randomblob(16)))'),
      );
    },
  };
}

export async function postgresDatabase(postgres: Postgres, name: string): Promise<BenchDatabase> {
  const { host, port, user, password } = postgres;
  await postgres.query(`create database ${name}`);
  return {
    env: { BR_DB_URL: `postgres://${user}:${password}@${host}:${port}/${name}` },
    async fill(rows) {
      const series = `generate_series(0, ${rows - 1}) as series(row)`;
      await postgres.query(insertFrom(series, 'gen_random_uuid()::text'), name);
      await postgres.query('vacuum analyze versions', name);
    },
  };
}

function insertFrom(series: string, newId: string): string {
  const now = Date.now();
  const deletedAt = `case when row % 20 = 0 then null else ${now} end`;
  return `insert into versions (id, collection_id, version_number, filename, size_bytes, sha256, recipients, session_id,
      user_name, integrity, scrubbed_at, created_at, updated_at, deleted_at, purged_at)
    select ${newId}, case when row % 2 = 0 then 'other-' || (row % 1000) else 'c0' end, row + 1, 'v', 1, '00', '[]', 's',
      'u', 'verified', ${now}, ${now}, ${now}, ${deletedAt}, ${deletedAt} from ${series}`;
}
