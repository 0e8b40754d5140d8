import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Postgres } from '@backup-maker/testing';

const run = promisify(execFile);

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Roles that the databases below need. */
export const oddRoles = `CREATE ROLE app LOGIN PASSWORD 'p'; CREATE ROLE ro; CREATE ROLE "Röle ""q"" x"; GRANT ro TO app;
ALTER ROLE app SET default_transaction_read_only = on; ALTER ROLE app SET statement_timeout = '5s'; ALTER ROLE ro CONNECTION LIMIT 7;`;

/** Everything that dumps are reported to lose or to trip over. */
const contents = `
CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY, y int, g int GENERATED ALWAYS AS (y * 2) STORED) PARTITION BY RANGE (y);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100); CREATE TABLE p2 PARTITION OF p DEFAULT; CREATE INDEX ON p (y);
INSERT INTO p (y) VALUES (1), (50), (1000);
CREATE SCHEMA "My Schema;--"; CREATE TABLE "My Schema;--"."T ""q""
\\x" ("select" text, "$1$" int); INSERT INTO "My Schema;--"."T ""q""
\\x" VALUES (E'a\\tb\\\\.\\nc\\n\\\\.\\n', 1), ('$$; DROP DATABASE x; -- '' ', 2), (E'\\\\.', 3);
CREATE MATERIALIZED VIEW mv AS SELECT sum(y) AS s FROM p; CREATE UNLOGGED TABLE u (a int); INSERT INTO u VALUES (7);
CREATE TABLE r (owner text, v text); ALTER TABLE r ENABLE ROW LEVEL SECURITY; ALTER TABLE r FORCE ROW LEVEL SECURITY;
CREATE POLICY pol ON r FOR SELECT TO ro, app USING (owner = current_user); INSERT INTO r VALUES ('app', 'x');
ALTER TABLE r OWNER TO app; GRANT SELECT ON r TO ro WITH GRANT OPTION; GRANT SELECT (v) ON r TO "Röle ""q"" x";
CREATE SEQUENCE s START 41; SELECT nextval('s'); CREATE SEQUENCE s2;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE FUNCTION positive(int) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT $1 > 0; -- ; ' "
$$;
CREATE FUNCTION atomic() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE FUNCTION text_of() RETURNS text LANGUAGE plpgsql AS $body$ BEGIN RETURN $$
\\connect postgres
DROP DATABASE postgres;
CREATE DATABASE postgres;
COPY x FROM stdin;
$$; END $body$;
CREATE DOMAIN posint AS int CHECK (positive(value));
CREATE TABLE d (m mood, p posint, arr int[], j jsonb, ts timestamptz, b bytea, n numeric, f float8);
INSERT INTO d VALUES ('b', 3, '{1,2}', '{"k": 1}', '2026-03-29 02:30:00+01', '\\x00ff0a0d5c', 'NaN', 0.1), (NULL, NULL, NULL, NULL, '-infinity', '', 1e-20, 'inf');
CREATE TABLE ex (r int4range, EXCLUDE USING gist (r WITH &&)); INSERT INTO ex VALUES ('[1,3)'), ('[3,4)');
CREATE FUNCTION helper(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower(t) $$;
CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN helper(t); END $$;
CREATE TABLE a (id int PRIMARY KEY, n text); INSERT INTO a VALUES (1, 'X'), (2, 'y');
CREATE INDEX a_norm ON a (norm(n)); COMMENT ON INDEX a_norm IS 'odd'; CREATE UNIQUE INDEX a_norm_u ON a (norm(n), id);
CREATE MATERIALIZED VIEW normed AS SELECT norm(n) FROM a; CREATE INDEX ON normed (norm);
CREATE TABLE z (id int PRIMARY KEY, a int REFERENCES a); INSERT INTO z VALUES (1, 1); CREATE INDEX z_a ON z (a); ALTER TABLE z CLUSTER ON z_a;
CREATE FUNCTION tf() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION tf();
SELECT lo_from_bytea(4711, '\\x000102ff'); COMMENT ON LARGE OBJECT 4711 IS 'a large one'; ALTER LARGE OBJECT 4711 OWNER TO app; GRANT SELECT ON LARGE OBJECT 4711 TO ro;
CREATE PUBLICATION pub FOR TABLE p; CREATE STATISTICS st ON id, y FROM p;
CREATE EXTENSION pg_trgm; CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere');
CREATE USER MAPPING FOR app SERVER far OPTIONS (password 'p'); CREATE FOREIGN TABLE ft (a int) SERVER far;
ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO ro; CREATE RULE ru AS ON INSERT TO u DO ALSO NOTHING;
CREATE VIEW v AS SELECT * FROM p WHERE y > 1; CREATE TABLE nothing ();
`;

/** Make the database with its properties; `creation` is the end of its CREATE DATABASE. */
export async function createOdd(server: Postgres, name: string, creation: string): Promise<void> {
  const database = quoted(name);
  await server.query(`CREATE DATABASE ${database} TEMPLATE template0 ${creation}`);
  await server.query(`COMMENT ON DATABASE ${database} IS 'mine; DATABASE "x" ''q'''; ALTER DATABASE ${database} SET work_mem = '7MB';
    ALTER DATABASE ${database} OWNER TO app; ALTER DATABASE ${database} CONNECTION LIMIT 17; ALTER DATABASE ${database} IS_TEMPLATE true;
    ALTER ROLE app IN DATABASE ${database} SET lock_timeout = '3s'; REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${database} TO ro WITH GRANT OPTION; SET ROLE ro; GRANT CONNECT ON DATABASE ${database} TO "Röle ""q"" x"`);
  await psql(server, name, contents);
  await server.query(
    `ALTER DATABASE ${database} SET default_transaction_read_only = on; ALTER DATABASE ${database} SET search_path = public, pg_catalog`,
  );
}

/** Change what createOdd made, as an accident would. */
export function damage(server: Postgres, name: string): Promise<string> {
  return psql(
    server,
    name,
    'BEGIN READ WRITE; DROP TABLE d; SELECT lo_unlink(4711); CREATE TABLE extra (a int); COMMIT',
  );
}

const clientEnv = (server: Postgres) => ({
  PATH: process.env.PATH,
  PGPASSWORD: server.password,
  LC_ALL: 'C',
});
const login = (server: Postgres) => ['-h', server.host, '-p', String(server.port), '-U', server.user];
const named = (name: string) => `dbname='${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

async function psql(server: Postgres, database: string, sql: string): Promise<string> {
  const args = [
    '-X',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    ...login(server),
    '-d',
    named(database),
    '-c',
    sql,
  ];
  // In the encoding of the database: bytes stay as they are, as those of the names of roles do.
  const env = clientEnv(server);
  return (await run(join(server.binFolder, 'psql'), args, { env })).stdout;
}

/** A database with its properties and contents, as pg_dump sees it. */
export async function stateOf(server: Postgres, name: string): Promise<string> {
  const { stdout } = await run(join(server.binFolder, 'pg_dump'), [...login(server), '-d', named(name)], {
    env: clientEnv(server),
    maxBuffer: 2 ** 26,
    encoding: 'latin1',
  });
  const catalog = await server.query(
    `SELECT datallowconn, datconnlimit, datistemplate, pg_get_userbyid(datdba), datacl, pg_encoding_to_char(encoding), datcollate, datctype,
      shobj_description(d.oid, 'pg_database'), (SELECT array_agg(ROW(COALESCE(rolname, '-'), setconfig) ORDER BY 1)
      FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole WHERE setdatabase = d.oid)
      FROM pg_database d WHERE datname = E'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  );
  return `${catalog}\n${withoutKeys(stdout)}`;
}

/** All databases with roles, as pg_dumpall sees them. */
export async function clusterState(server: Postgres): Promise<string> {
  const args = [...login(server)];
  const { stdout } = await run(join(server.binFolder, 'pg_dumpall'), args, {
    env: clientEnv(server),
    maxBuffer: 2 ** 26,
    encoding: 'latin1',
  });
  return withoutKeys(stdout);
}

function withoutKeys(dump: string): string {
  return dump.replaceAll(/^\\(?:un)?restrict .*$/gm, '');
}
