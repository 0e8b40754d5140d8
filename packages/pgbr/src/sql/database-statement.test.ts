import { expect, it } from 'vitest';
import { parseDatabaseStatement } from './database-statement.ts';

it.each([
  [
    'CREATE DATABASE shop WITH TEMPLATE = template0;',
    'create',
    'shop',
    'CREATE DATABASE "x""y" WITH TEMPLATE = template0;',
  ],
  ['DROP DATABASE IF EXISTS "My Shop";', 'drop', 'My Shop', 'DROP DATABASE IF EXISTS "x""y";'],
  [
    'ALTER DATABASE "a""b" SET work_mem TO \'1\';',
    'change',
    'a"b',
    'ALTER DATABASE "x""y" SET work_mem TO \'1\';',
  ],
  [
    "COMMENT ON DATABASE shop IS 'ON DATABASE shop';",
    'change',
    'shop',
    'COMMENT ON DATABASE "x""y" IS \'ON DATABASE shop\';',
  ],
  [
    'GRANT CONNECT ON DATABASE shop TO "ON DATABASE";',
    'change',
    'shop',
    'GRANT CONNECT ON DATABASE "x""y" TO "ON DATABASE";',
  ],
  [
    'ALTER ROLE "IN DATABASE a" IN DATABASE shop SET x TO 1;',
    'change',
    'shop',
    'ALTER ROLE "IN DATABASE a" IN DATABASE "x""y" SET x TO 1;',
  ],
  [
    "SECURITY LABEL FOR p ON DATABASE shop IS 'l';",
    'change',
    'shop',
    'SECURITY LABEL FOR p ON DATABASE "x""y" IS \'l\';',
  ],
  [
    "UPDATE pg_catalog.pg_database SET datistemplate = true WHERE datname = 'it''s';",
    'change',
    "it's",
    "UPDATE pg_catalog.pg_database SET datistemplate = true WHERE datname = E'x\"y';",
  ],
])('finds the database in %s', (text, verb, database, renamed) => {
  const statement = parseDatabaseStatement(text);
  expect(statement).toMatchObject({ verb, database });
  expect(statement?.renamed('x"y')).toBe(renamed);
});

it.each([
  ["COMMENT ON TABLE t IS 'COMMENT ON DATABASE shop';"],
  ['GRANT SELECT ON TABLE "ON DATABASE shop" TO a;'],
  ['CREATE TABLE "DATABASE" (a int);'],
  ["UPDATE public.t SET a = 'pg_database';"],
])('finds none in %s', (text) => {
  expect(parseDatabaseStatement(text)).toBeUndefined();
});
