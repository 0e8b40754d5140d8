import type { ParameterSchema } from '../procedure/parameter.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { mysqlRestoreFunctions } from './mysql-restore.ts';
import { plainEnvironment } from './plain-environment.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

export const mysqlConnectionParameters: readonly ParameterSchema[] = [
  { name: 'hostname', type: 'string', default: '127.0.0.1', description: 'host name or address' },
  { name: 'port', type: 'integer', default: 3306, description: 'port' },
  { name: 'user', type: 'string', default: 'root', description: 'user to connect as' },
  { name: 'password', type: 'string', secret: true, description: "the user's password" },
  {
    name: 'defaultsFile',
    type: 'string',
    description: 'options file of the programs, as for TLS; without it none is read',
  },
  {
    name: 'inPlace',
    type: 'boolean',
    default: false,
    description:
      'restore over the old database at once, without the rights and the space for a second one; a failure leaves a part',
  },
  {
    name: 'allowHistoryLoss',
    type: 'boolean',
    default: false,
    description: 'leave out the history of system-versioned tables, where it cannot be stored',
  },
];

const parameters: readonly ParameterSchema[] = [
  ...mysqlConnectionParameters,
  { name: 'db', type: 'string', description: 'the database; empty: all of them, with users' },
  { name: 'extraArguments', type: 'list', description: 'further arguments of the dump program' },
];

export const mysqlPassword = `
{{- if .Params.password }}
MYSQL_PWD={{ shellWord .Params.password }}
export MYSQL_PWD
{{- end }}
`;

/** TCP, also for `localhost`, which these programs otherwise take for a socket. */
export const mysqlConnection = [
  '{{ if .Params.defaultsFile }}--defaults-file={{ shellWord .Params.defaultsFile }}{{ else }}--no-defaults{{ end }}',
  '--protocol=tcp',
  '--host={{ shellWord .Params.hostname }}',
  '--port={{ shellWord .Params.port }}',
  '--user={{ shellWord .Params.user }}',
].join(' ');

export const mysqlDumpOptions = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--triggers',
  '--events',
  '--hex-blob',
  '--max-allowed-packet=1G',
  '--default-character-set=utf8mb4',
].join(' ');

/** The login file of MySQL is read even with --no-defaults. */
export const mysqlEnvironment = `${plainEnvironment(
  'MYSQL_HOST',
  'MYSQL_TCP_PORT',
  'MYSQL_UNIX_PORT',
  'MYSQL_HOME',
  'MARIADB_HOME',
  'MYSQL_GROUP_SUFFIX',
  'MARIADB_GROUP_SUFFIX',
  'LIBMYSQL_PLUGINS',
  'LIBMYSQL_PLUGIN_DIR',
  'GZIP',
)}
MYSQL_TEST_LOGIN_FILE=/nonexistent/login
export MYSQL_TEST_LOGIN_FILE`;

/**
 * `dump_database DB OPTIONS…` prints the dump of one database, or of all when DB is empty. It creates its database anew,
 * so that nothing stays that was not in it. Its last line proves that it is whole. Expects `client`, `dump`, `allow_loss`, and
 * the array `connection`.
 */
export const mysqlDumpFunction = `
dump_database() {
  local name=$1 versioned filter=1 selection=(--all-databases --flush-privileges) history=() code=0
  shift
  if [ -n "$name" ]; then
    filter="TABLE_SCHEMA = DATABASE()"
    selection=(--add-drop-database --databases -- "$name")
  fi
  versioned=$("$client" "\${connection[@]}" \${name:+"--database=$name"} --batch --skip-column-names -e "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_TYPE = \\"SYSTEM VERSIONED\\" AND $filter")
  if [ "$versioned" -gt 0 ]; then
    if [ "$allow_loss" = true ]; then
      echo "left out: the history of $versioned system-versioned tables" >&2
    elif "$dump" --no-defaults --help 2> /dev/null | grep -c dump-history > /dev/null &&
      [ -n "$("$client" "\${connection[@]}" --batch --skip-column-names -e "SHOW VARIABLES LIKE \\"system_versioning_insert_history\\"")" ]; then
      history=(--dump-history)
    else
      echo "the history of $versioned system-versioned tables can be stored by MariaDB 10.11 and later only (to leave it out: allowHistoryLoss)" >&2
      return 1
    fi
  fi
  "$dump" "\${connection[@]}" "$@" "\${history[@]}" "\${selection[@]}" || code=$?
  if [ "$code" -ne 0 ]; then
    if [ "\${#history[@]}" -gt 0 ]; then echo "(to leave out the history of system-versioned tables: allowHistoryLoss)" >&2; fi
    return "$code"
  fi
  echo "-- Dump completed, as seen by Backup Maker"
}`;

const connectionWords = 5;

interface Programs {
  readonly dump: string;
  readonly client: string;
  /** Options of the dump that only one family knows. */
  readonly dumpOptions: string;
}

/** The connection's options come first among the arguments: --no-defaults must be the first of all. */
export const takeConnection = `
connection=("\${@:1:${connectionWords}}")
shift ${connectionWords}`;

function scripts({ dump, client, dumpOptions }: Programs): Pick<ProcedureTemplate, 'backup' | 'restore'> {
  const extra = '{{ range .Params.extraArguments }} {{ shellWord . }}{{ end }}';
  return {
    backup: backupScript({
      setup: mysqlPassword,
      command: `${pipeline(
        dump,
        `${mysqlEnvironment}
client=${client}
dump=${dump}
db=$1
allow_loss=$2
shift 2${takeConnection}${mysqlDumpFunction}
dump_database "$db" "$@"`,
      )} {{ shellWord .Params.db }} {{ shellWord .Params.allowHistoryLoss }} ${mysqlConnection} ${mysqlDumpOptions}${dumpOptions}${extra}`,
    }),
    restore: restoreScript({
      setup: mysqlPassword,
      command: `${pipeline(
        client,
        `${mysqlEnvironment}
client=${client}
dump=${dump}
db=$1
in_place=$2
shift 2${takeConnection}${mysqlRestoreFunctions}
work=$(mktemp -d)
trap "abandon_database; rm -rf -- \\"\\$work\\"" EXIT
if [ -n "$db" ]; then
  prepare_database
  exchange_database
else
  restore_server
fi`,
      )} {{ shellWord .Params.db }} {{ shellWord .Params.inPlace }} ${mysqlConnection}`,
    }),
  };
}

export const mariadb: ProcedureTemplate = {
  name: 'mariadb',
  kind: 'internal',
  description: 'MariaDB: one database, or all with their users',
  image: 'docker.io/library/mariadb:11.8',
  inject: true,
  parameters,
  ...scripts({ dump: 'mariadb-dump', client: 'mariadb', dumpOptions: '' }),
};

export const mysqlDump: ProcedureTemplate = {
  name: 'mysql-dump',
  kind: 'internal',
  description: 'MySQL: one database, or all with their users',
  image: 'docker.io/library/mysql:8.4',
  inject: true,
  parameters,
  ...scripts({
    dump: 'mysqldump',
    client: 'mysql',
    // MySQL only: a dump must restore on a server with its own history of transactions, and newer programs dump older servers.
    dumpOptions: ' --no-tablespaces --loose-set-gtid-purged=OFF --loose-column-statistics=0',
  }),
};
