import type { ParameterSchema } from '../procedure/parameter.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { backupScript, restoreScript } from './script.ts';

const parameters: readonly ParameterSchema[] = [
  {
    name: 'hostname',
    type: 'string',
    default: '127.0.0.1',
    description: 'host name, address or socket folder',
  },
  { name: 'port', type: 'integer', default: 5432, description: 'port' },
  { name: 'user', type: 'string', default: 'postgres', description: 'role to connect as' },
  { name: 'password', type: 'string', secret: true, description: "the role's password" },
  { name: 'db', type: 'string', description: 'the database; empty: the whole cluster with its roles' },
  {
    name: 'connectionDatabase',
    type: 'string',
    default: 'postgres',
    description: 'database to connect to while the one to restore is closed',
  },
  { name: 'compressionLevel', type: 'integer', default: 7, description: '0 to 9, of a single database' },
  { name: 'extraArguments', type: 'list', description: 'further arguments of pg_dump or pg_dumpall' },
  {
    name: 'createMissingRoles',
    type: 'boolean',
    default: false,
    description:
      'restores of one database: make roles that the dump names and the server lacks, without a login',
  },
  {
    name: 'noOwner',
    type: 'boolean',
    default: false,
    description: 'restores of one database: all belongs to `user`',
  },
  {
    name: 'noPrivileges',
    type: 'boolean',
    default: false,
    description: 'restores of one database: without GRANT and REVOKE',
  },
  {
    name: 'inPlace',
    type: 'boolean',
    default: false,
    description:
      'restores: remove the old database first, where the disk does not hold both; a failure leaves neither',
  },
  {
    name: 'searchPath',
    type: 'string',
    description: 'restores: schemas for functions that name none, such as `public`',
  },
  { name: 'restoreArguments', type: 'list', description: 'further arguments of pg_restore or psql' },
];

const setup = `
{{- if .Params.password }}
PGPASSWORD={{ shellWord .Params.password }}
export PGPASSWORD
{{- end }}
`;

const connection = [
  '--host={{ shellWord .Params.hostname }}',
  '--port={{ shellWord .Params.port }}',
  '--user={{ shellWord .Params.user }}',
  '--db-name={{ shellWord .Params.db }}',
  '--connection-database={{ shellWord .Params.connectionDatabase }}',
].join(' ');

const backup = backupScript({
  setup,
  command: `pgbr db backup ${connection} --compression-level={{ shellWord .Params.compressionLevel }}
{{- if .Params.extraArguments }} --{{ range .Params.extraArguments }} {{ shellWord . }}{{ end }}{{ end }}`,
});

const restore = restoreScript({
  setup,
  command: `pgbr db restore ${connection}
{{- if .Params.createMissingRoles }} --create-missing-roles{{ end }}
{{- if .Params.noOwner }} --no-owner{{ end }}
{{- if .Params.noPrivileges }} --no-privileges{{ end }}
{{- if .Params.inPlace }} --in-place{{ end }}
{{- if .Params.searchPath }} --search-path={{ shellWord .Params.searchPath }}{{ end }}
{{- if .Params.restoreArguments }} --{{ range .Params.restoreArguments }} {{ shellWord . }}{{ end }}{{ end }}`,
});

function postgresTemplate(name: string, major: number): ProcedureTemplate {
  return {
    name,
    kind: 'internal',
    description: `PostgreSQL with the programs of version ${major}: one database, or the whole cluster`,
    image: `docker.io/library/postgres:${major}`,
    inject: true,
    backup,
    restore,
    parameters,
  };
}

const majors = [13, 14, 15, 16, 17, 18];

/** pg_dump reads servers of its own version and older, so the newest is the default. */
export const postgresTemplates: readonly ProcedureTemplate[] = [
  postgresTemplate('postgres', 18),
  ...majors.map((major) => postgresTemplate(`pg${major}`, major)),
];
