import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const setup = `
{{- if .Params.password }}
MONGO_PASSWORD={{ shellWord .Params.password }}
export MONGO_PASSWORD
{{- end }}
`;

/** Gives the password to a program in a configuration file, as a YAML text: arguments are seen by everybody. */
const withPasswordFile = `
program=$1
shift
json=\${MONGO_PASSWORD-}
newline=$(printf "\\nx")
newline=\${newline%x}
json=\${json//\\\\/\\\\\\\\}
json=\${json//\\"/\\\\\\"}
json=\${json//$newline/\\\\n}
if [ -z "$json" ]; then exec "$program" "$@"; fi
exec "$program" --config=<(printf "password: \\"%s\\"\\n" "$json") "$@"`;

const connection = `--host={{ shellWord .Params.hostname }} --port={{ shellWord .Params.port }}
{{- if .Params.user }} --username={{ shellWord .Params.user }}
{{- print " " }}--authenticationDatabase={{ shellWord .Params.authenticationDatabase }}{{ end }}`;

const backup = backupScript({
  setup,
  command: `${pipeline('mongodb', withPasswordFile)} mongodump ${connection} --archive --gzip --quiet
{{- if .Params.db }} --db={{ shellWord .Params.db }}{{ end }}`,
});

const restore = restoreScript({
  setup,
  command: `${pipeline('mongodb', withPasswordFile)} mongorestore ${connection} --archive --gzip --quiet --drop --stopOnError
{{- if .Params.db }} --nsInclude={{ shellWord (print .Params.db ".*") }}{{ end }}`,
});

export const mongodb: ProcedureTemplate = {
  name: 'mongodb',
  kind: 'internal',
  description: 'MongoDB: one database, or all; a restore replaces the collections that were stored',
  image: 'docker.io/library/mongo:8.0',
  inject: true,
  parameters: [
    { name: 'hostname', type: 'string', default: '127.0.0.1', description: 'host name or address' },
    { name: 'port', type: 'integer', default: 27_017, description: 'port' },
    { name: 'user', type: 'string', description: 'user, where authentication is on' },
    { name: 'password', type: 'string', secret: true, description: "the user's password" },
    {
      name: 'authenticationDatabase',
      type: 'string',
      default: 'admin',
      description: 'the database that knows the user',
    },
    { name: 'db', type: 'string', description: 'the database; empty: all of them' },
  ],
  backup,
  restore,
};
