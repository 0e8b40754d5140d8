import { createHash } from 'node:crypto';
import { type Postgres, startPostgres } from '@backup-maker/testing';
import type { DataSet, DataSummary } from './data-set.ts';
import { demoNamespace, scheduledBackup } from './objects.ts';

/** Capitals, a space and a quote: what a procedure that forgets to quote stumbles over. */
const database = `Shop "one"`;

const schema = `
CREATE EXTENSION IF NOT EXISTS plpgsql;
CREATE TYPE order_state AS ENUM ('new', 'paid', 'sent');
CREATE TABLE customer (
  id bigserial PRIMARY KEY, name text NOT NULL, email text UNIQUE, born date, tags text[], profile jsonb, picture bytea);
CREATE TABLE "Order" (
  id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer ON DELETE CASCADE,
  state order_state NOT NULL DEFAULT 'new', total numeric(12, 2) CHECK (total >= 0), placed timestamptz NOT NULL);
CREATE INDEX order_by_state ON "Order" (state) WHERE state <> 'sent';
CREATE VIEW revenue AS SELECT customer_id, sum(total) AS total FROM "Order" WHERE state <> 'new' GROUP BY customer_id;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.placed := NEW.placed; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON "Order" FOR EACH ROW EXECUTE FUNCTION touch();`;

const rows = `
INSERT INTO customer (name, email, born, tags, profile, picture)
SELECT 'Zażółć O''Brien ' || i, i || '@example.org', date '1950-01-01' + i, ARRAY['a' || i, NULL, 'tab\\t'],
       jsonb_build_object('n', i, 'nested', jsonb_build_array(i, NULL, true)), decode(md5(i::text), 'hex')
FROM generate_series(1, 4000) AS i;
INSERT INTO "Order" (customer_id, state, total, placed)
SELECT 1 + i % 4000, (ARRAY['new', 'paid', 'sent']::order_state[])[1 + i % 3], i / 7.0, timestamptz '2020-01-01 UTC' + i * interval '1 hour'
FROM generate_series(1, 8000) AS i;
UPDATE customer SET picture = NULL, profile = NULL WHERE id % 10 = 0;`;

const damage = `
DROP VIEW revenue;
DELETE FROM "Order" WHERE id % 2 = 0;
UPDATE customer SET name = 'encrypted by ransomware', tags = NULL;
ALTER TABLE customer DROP COLUMN profile;`;

/** What a restore must bring back besides the rows. */
const catalog = `
SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2;
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1;
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN ('customer'::regclass, '"Order"'::regclass) ORDER BY 1;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1;
SELECT last_value FROM customer_id_seq;
SELECT last_value FROM "Order_id_seq";`;

/** A database of 12,000 rows in a PostgreSQL cluster of its own, through the template `postgres`. */
export async function createPostgresDataSet(): Promise<DataSet> {
  const server = await startPostgres();
  try {
    await server.query(`CREATE DATABASE ${quoted(database)}`);
    await server.query(schema + rows, database);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return {
    name: 'shop',
    title: 'PostgreSQL (postgres)',
    filenameTemplate: 'shop-${version}.dump.gpg',
    definitions: (repositoryUrl) => definitions(server, repositoryUrl),
    summarize: () => summarize(server),
    damage: async () => {
      await server.query(damage, database);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function definitions(server: Postgres, repositoryUrl: string) {
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'shop-database', namespace: demoNamespace },
      stringData: { 'Params.password': server.password },
    },
    scheduledBackup({
      name: 'shop',
      template: 'postgres',
      repositoryUrl,
      params: { hostname: server.host, port: server.port, user: server.user, db: database },
      varsSecretName: 'shop-database',
    }),
  ];
}

async function summarize(server: Postgres): Promise<DataSummary> {
  const hash = createHash('sha256');
  let count = 0;
  for (const tableName of ['customer', '"Order"']) {
    const content = await server.query(`COPY (SELECT * FROM ${tableName} ORDER BY id) TO STDOUT`, database);
    hash.update(content);
    count += content.split('\n').length;
  }
  hash.update(await server.query(catalog, database));
  return { digest: hash.digest('hex'), content: `${count} rows` };
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
