/**
 * What a server, a database or a role may have set for all its sessions (ALTER ROLE … SET) and what would end a restore
 * in the middle or change what it does. The names are those of every supported version.
 */
const settings = [
  'default_transaction_read_only=off',
  'statement_timeout=0',
  'lock_timeout=0',
  'row_security=off',
];

/** For PGOPTIONS, so that they hold from the beginning of the session. */
export const sessionOptions = settings.map((setting) => `-c ${setting}`).join(' ');

/** The same for settings that only some versions have. An SQL statement. */
export const sessionStatement = `SELECT pg_catalog.set_config(s.name, w.value, false)
  FROM pg_catalog.pg_settings s
  JOIN (VALUES ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), ('transaction_timeout', '0'),
    ('client_min_messages', 'warning'), ('default_transaction_isolation', 'read committed'),
    ('default_transaction_deferrable', 'off'), ('default_tablespace', '')) w(name, value) ON w.name = s.name
  WHERE s.setting <> w.value`;

/**
 * How a connection is protected, and who logs in. Everything else that libpq and psql take from the environment could
 * lead to another server or change what is dumped: PGSERVICE, PGHOSTADDR, PGOPTIONS, PGCLIENTENCODING, PGTZ, ….
 */
const documented = /^PG(?:PASSWORD|PASSFILE|SSL\w+|GSS\w+|KRB\w+|REQUIRE\w+|CHANNELBINDING|CONNECT_TIMEOUT)$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of a PostgreSQL tool: the user's, without what changes its results or the language of its messages. */
export function toolEnvironment(env: Environment): Environment {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(?:PG(?!BR_)|PSQL|LC_|LANG)/.test(name) || documented.test(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
