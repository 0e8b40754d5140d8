import { procedureImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { mysqlConnection, mysqlConnectionParameters, mysqlDumpOptions, mysqlPassword } from './mysql.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const workFolder = `
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT`;

/**
 * One tar archive with `database.sql` and `wp-content/`. The database is dumped to a temporary file first: tar
 * wants to know sizes, and a dump that fails then ends the backup before its first byte.
 */
const backup = backupScript({
  setup: mysqlPassword,
  command: `${pipeline(
    'wordpress',
    `
content=$(realpath -- "$1")
database=$2
shift 2${workFolder}
(cd -- "$content" && find . -mindepth 1 -maxdepth 1 -print0) > "$work/files"
mariadb-dump "$@" --add-drop-database --databases -- "$database" > "$work/database.sql"
tar --create --format=posix --gzip --file=- --transform="s,^[.]/,wp-content/,S" \\
  --directory="$work" database.sql \\
  --directory="$content" --null --verbatim-files-from --files-from="$work/files"`,
  )} {{ shellWord .Params.path }} {{ shellWord .Params.db }} ${mysqlConnection} ${mysqlDumpOptions}`,
});

/** Two readers of one stream; the database is touched only after both of them have read the whole archive. */
const restore = restoreScript({
  setup: mysqlPassword,
  command: `${pipeline(
    'wordpress',
    `
content=$1
shift${workFolder}
mkdir -p -- "$content"
mkfifo "$work/archive"
database=
trap "kill \\$database 2>/dev/null || true; wait; rm -rf -- \\"\\$work\\"" EXIT
tar --extract --gzip --file="$work/archive" --directory="$work" database.sql &
database=$!
tee "$work/archive" |
  tar --extract --gzip --file=- --directory="$content" --preserve-permissions --strip-components=1 \\
    --anchored --exclude=database.sql
wait "$database"
mariadb "$@" < "$work/database.sql"`,
  )} {{ shellWord .Params.path }} ${mysqlConnection} --batch --default-character-set=utf8mb4`,
});

export const wordpress: ProcedureTemplate = {
  name: 'wordpress',
  kind: 'internal',
  description: 'WordPress: its MariaDB or MySQL database and wp-content, in one version',
  image: procedureImage('mariadb'),
  parameters: [
    ...mysqlConnectionParameters,
    { name: 'db', type: 'string', required: true, description: "WordPress' database" },
    { name: 'path', type: 'string', required: true, description: 'the folder wp-content' },
  ],
  backup,
  restore,
};
