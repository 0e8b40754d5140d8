import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import {
  backupFlags,
  backupFolder,
  createOptions,
  extractOptions,
  filesFrom,
  folderParameters,
  restoreFlags,
  restoreFolder,
} from './folder.ts';
import {
  mysqlConnection,
  mysqlConnectionParameters,
  mysqlDumpFunction,
  mysqlDumpOptions,
  mysqlEnvironment,
  mysqlPassword,
  takeConnection,
} from './mysql.ts';
import { mysqlRestoreFunctions } from './mysql-restore.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const programs = `
client=mariadb
dump=mariadb-dump`;

/**
 * One tar archive with `database.sql` and `wp-content/`. The database is dumped to a temporary file first: tar
 * wants to know sizes, and a dump that fails then ends the backup before its first byte.
 */
const backup = backupScript({
  setup: mysqlPassword,
  command: `${pipeline(
    'wordpress',
    `${mysqlEnvironment}${backupFolder}${programs}
content=$(realpath -- "$1")
tolerated=$2
allow_empty=$3
db=$4
allow_loss=$5
shift 5${takeConnection}${mysqlDumpFunction}
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$content"
list_folder "$allow_empty" > "$work/names"
dump_database "$db" "$@" > "$work/database.sql"
store "$tolerated" tar ${createOptions} --gzip --transform="s,^[.]/,wp-content/,S" \\
  --directory="$work" database.sql \\
  --directory="$content" ${filesFrom}"$work/names"`,
  )} {{ shellWord .Params.path }} ${backupFlags} {{ shellWord .Params.db }} {{ shellWord .Params.allowHistoryLoss }} ${mysqlConnection} ${mysqlDumpOptions}`,
});

/** Two readers of one stream. The site is touched only after the server has taken the database and the disk all files. */
const restore = restoreScript({
  setup: mysqlPassword,
  command: `${pipeline(
    'wordpress',
    `${mysqlEnvironment}${restoreFolder}${programs}
content=$1
keep_going=$2
db=$3
in_place=$4
shift 4${takeConnection}${mysqlRestoreFunctions}
work=$(mktemp -d)
reader=
stop() {
  abandon
  if [ -n "$reader" ]; then kill "$reader" 2> /dev/null || true; fi
  abandon_database
  wait
  rm -rf -- "$work"
}
trap stop EXIT
open_target "$content" "$keep_going"
mkfifo "$work/archive"
tar --extract --gzip --file="$work/archive" --directory="$work" database.sql &
reader=$!
tee "$work/archive" |
  tar ${extractOptions} --gzip --directory="$new" --strip-components=1 --anchored --exclude=database.sql
wait "$reader"
reader=
if [ "$in_place" != true ]; then prepare_database < "$work/database.sql"; fi
finish
trap stop EXIT
if [ "$in_place" = true ]; then prepare_database < "$work/database.sql"; fi
exchange_database`,
  )} {{ shellWord .Params.path }} ${restoreFlags} {{ shellWord .Params.db }} {{ shellWord .Params.inPlace }} ${mysqlConnection}`,
});

export const wordpress: ProcedureTemplate = {
  name: 'wordpress',
  kind: 'internal',
  description: 'WordPress: its MariaDB or MySQL database and wp-content, in one version',
  image: 'docker.io/library/mariadb:11.8',
  inject: true,
  parameters: [
    ...mysqlConnectionParameters,
    { name: 'db', type: 'string', required: true, description: "WordPress' database" },
    { name: 'path', type: 'string', required: true, description: 'the folder wp-content' },
    ...folderParameters,
  ],
  backup,
  restore,
};
