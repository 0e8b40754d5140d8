import { procedureImage } from '../image.ts';
import type { ParameterSchema } from '../procedure/parameter.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { backupScript, restoreScript } from './script.ts';

export const mysqlConnectionParameters: readonly ParameterSchema[] = [
  { name: 'hostname', type: 'string', default: '127.0.0.1', description: 'host name or address' },
  { name: 'port', type: 'integer', default: 3306, description: 'port' },
  { name: 'user', type: 'string', default: 'root', description: 'user to connect as' },
  { name: 'password', type: 'string', secret: true, description: "the user's password" },
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
  '--default-character-set=utf8mb4',
].join(' ');

/** A dump creates its database anew, so that nothing stays that was not in it. */
const selection =
  '{{ if .Params.db }}--add-drop-database --databases -- {{ shellWord .Params.db }}{{ else }}--all-databases --flush-privileges{{ end }}';

interface Programs {
  readonly dump: string;
  readonly client: string;
  /** Options of the dump that only one family knows. */
  readonly dumpOptions: string;
}

function scripts({ dump, client, dumpOptions }: Programs): Pick<ProcedureTemplate, 'backup' | 'restore'> {
  const extra = '{{ range .Params.extraArguments }} {{ shellWord . }}{{ end }}';
  return {
    backup: backupScript({
      setup: mysqlPassword,
      command: `${dump} ${mysqlConnection} ${mysqlDumpOptions}${dumpOptions}${extra} ${selection}`,
    }),
    restore: restoreScript({
      setup: mysqlPassword,
      command: `${client} ${mysqlConnection} --batch --default-character-set=utf8mb4`,
    }),
  };
}

export const mariadb: ProcedureTemplate = {
  name: 'mariadb',
  kind: 'internal',
  description: 'MariaDB: one database, or all with their users',
  image: procedureImage('mariadb'),
  parameters,
  ...scripts({ dump: 'mariadb-dump', client: 'mariadb', dumpOptions: '' }),
};

export const mysqlDump: ProcedureTemplate = {
  name: 'mysql-dump',
  kind: 'internal',
  description: 'MySQL: one database, or all with their users',
  image: procedureImage('mysql'),
  parameters,
  ...scripts({
    dump: 'mysqldump',
    client: 'mysql',
    // MySQL only: a dump must restore on a server with its own history of transactions, and newer programs dump older servers.
    dumpOptions: ' --no-tablespaces --loose-set-gtid-purged=OFF --loose-column-statistics=0',
  }),
};
