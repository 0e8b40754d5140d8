import { type Kysely, type Migration, sql } from 'kysely';

/** In the order of their names. A migration that was released is never changed: add another. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-first': { up: createFirstTables },
  '002-login-attempts': { up: createLoginAttempts },
  '003-scrubber-index': { up: replaceScrubberIndex },
};

/**
 * PostgreSQL took the scrubber's index, of all versions that are there, to list one collection. It has a condition
 * now that only the scrubber's query repeats; numbers begin at 1, so that it holds for every version.
 */
async function replaceScrubberIndex(db: Kysely<unknown>): Promise<void> {
  await sql`drop index versions_to_scrub`.execute(db);
  await sql`create index versions_to_scrub on versions (coalesce(scrubbed_at, 0))
    where deleted_at is null and version_number > 0`.execute(db);
}

async function createLoginAttempts(db: Kysely<unknown>): Promise<void> {
  await sql`create table login_attempts (
    address text primary key,
    count integer not null,
    period_ends_at bigint not null
  )`.execute(db);
}

/** Written for both databases: SQLite takes bigint for integer. */
async function createFirstTables(db: Kysely<unknown>): Promise<void> {
  for (const table of firstTables) {
    await sql.raw(table).execute(db);
  }
}

const firstTables: readonly string[] = [
  `create table installation (
    id integer primary key,
    installation_id text not null
  )`,
  `create table sessions (
    id text primary key,
    user_name text not null,
    access_key_name text not null,
    operations_scope text,
    description text not null,
    requester_ip text not null,
    expires_at bigint not null,
    deactivated integer not null,
    created_at bigint not null,
    updated_at bigint not null
  )`,
  'create index sessions_by_user on sessions (user_name, created_at)',
  `create table versions (
    id text primary key,
    collection_id text not null,
    version_number bigint not null,
    filename text not null,
    size_bytes bigint not null,
    sha256 text not null,
    recipients text not null,
    session_id text not null,
    user_name text not null,
    integrity text not null,
    scrubbed_at bigint,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint,
    purged_at bigint,
    unique (collection_id, version_number)
  )`,
  // A collection has few versions that are there and, after years, very many that are not.
  'create index versions_present on versions (collection_id, version_number) where deleted_at is null',
  'create index versions_to_purge on versions (deleted_at) where deleted_at is not null and purged_at is null',
  'create index versions_to_scrub on versions (coalesce(scrubbed_at, 0)) where deleted_at is null',
  `create table parts (
    owner_id text not null,
    part_index integer not null,
    object_key text not null unique,
    size_bytes bigint not null,
    sha256 text not null,
    primary key (owner_id, part_index)
  )`,
  `create table manifests (
    owner_id text primary key,
    base64 text not null
  )`,
  `create table uploads (
    id text primary key,
    collection_id text not null,
    session_id text not null,
    user_name text not null,
    length_bytes bigint,
    offset_bytes bigint not null,
    metadata text not null,
    version_number bigint,
    expires_at bigint not null,
    created_at bigint not null,
    updated_at bigint not null
  )`,
  'create index uploads_by_expiry on uploads (expires_at)',
  'create index uploads_by_collection on uploads (collection_id)',
  `create table leases (
    name text primary key,
    holder text not null,
    expires_at bigint not null
  )`,
  `create table audit (
    id bigint primary key,
    at bigint not null,
    actor text not null,
    session_id text not null,
    address text not null,
    action text not null,
    object text not null,
    result text not null,
    previous_hash text not null,
    hash text not null
  )`,
];
