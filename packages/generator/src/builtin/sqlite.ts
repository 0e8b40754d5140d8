import { clientImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const workFolder = `
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"`;

/** Other processes may use the database meanwhile: both ways go through SQLite's own locks. */
const waitForLocks = '-cmd ".timeout 60000"';

const absolutePath = `
database=$(realpath -m -- "$1")`;

const backup = backupScript({
  command: `${pipeline(
    'sqlite',
    `${absolutePath}
if [ ! -f "$database" ]; then
  echo "there is no database $database" >&2
  exit 1
fi${workFolder}
sqlite3 ${waitForLocks} "$database" ".backup copy.sqlite"
cat copy.sqlite`,
  )} {{ shellWord .Params.path }}`,
});

const restore = restoreScript({
  command: `${pipeline(
    'sqlite',
    `${absolutePath}${workFolder}
cat > copy.sqlite
check=$(sqlite3 copy.sqlite "PRAGMA integrity_check")
if [ "$check" != ok ]; then
  echo "the stored database is damaged: $check" >&2
  exit 1
fi
mkdir -p -- "$(dirname -- "$database")"
sqlite3 ${waitForLocks} "$database" ".restore copy.sqlite"`,
  )} {{ shellWord .Params.path }}`,
});

export const sqlite: ProcedureTemplate = {
  name: 'sqlite',
  kind: 'internal',
  description: 'a SQLite database, while it is in use',
  image: clientImage,
  parameters: [{ name: 'path', type: 'string', required: true, description: 'file of the database' }],
  backup,
  restore,
};
