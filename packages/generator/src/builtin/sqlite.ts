import { clientImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { plainEnvironment } from './plain-environment.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

/**
 * The same questions before a version is made as before one is restored, so that what was stored can be restored.
 * SQLite cannot check what needs functions or modules of the application; that all pages are there it always knows.
 */
const functions = `${plainEnvironment('SQLITE_TMPDIR')}
database=$(realpath -m -- "$1")
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"
# Another process may use the database meanwhile: both ways wait for its locks. -init: in place of ~/.sqliterc.
sqlite() { sqlite3 -init /dev/null -batch -bail -noheader -list -cmd ".timeout 60000" "$@"; }
check_copy() {
  local answer
  if [ ! -s copy.sqlite ]; then
    echo "$1 is empty" >&2
    exit 1
  fi
  sqlite copy.sqlite "PRAGMA page_count" > /dev/null
  if ! answer=$(sqlite copy.sqlite "PRAGMA integrity_check" 2>&1); then
    case $answer in
      *"unknown function"* | *"no such function"* | *"no such module"* | *"no such collation"*) return ;;
    esac
  fi
  if [ "$answer" != ok ]; then
    printf "%s is damaged: %s\\n" "$1" "$answer" >&2
    exit 1
  fi
}`;

const backup = backupScript({
  command: `${pipeline(
    'sqlite',
    `${functions}
if [ ! -f "$database" ]; then
  echo "there is no database $database" >&2
  exit 1
fi
sqlite "$database" ".backup copy.sqlite"
check_copy "the database"
cat copy.sqlite`,
  )} {{ shellWord .Params.path }}`,
});

/**
 * SQLite's own restore is one transaction: the old contents stay when it is interrupted, and applications that have
 * the database open see the new ones. Only a file that SQLite cannot read as a database is replaced as a file, and kept.
 */
const restore = restoreScript({
  command: `${pipeline(
    'sqlite',
    `${functions}
cat > copy.sqlite
check_copy "the stored database"
mkdir -p -- "$(dirname -- "$database")"
if [ -s "$database" ] && ! page_size=$(sqlite "$database" "PRAGMA schema_version; PRAGMA page_size" 2>&1); then
  case $page_size in
    *"not a database"* | *malformed*) ;;
    *)
      printf "%s cannot be opened: %s\\n" "$database" "$page_size" >&2
      exit 1
      ;;
  esac
  fresh=$(mktemp -- "$database.restore-XXXXXX")
  trap "rm -rf -- \\"\\$work\\" \\"\\$fresh\\"" EXIT
  cat copy.sqlite > "$fresh"
  chmod --reference="$database" -- "$fresh"
  [ "$(id -u)" != 0 ] || chown --reference="$database" -- "$fresh"
  kept=$database.damaged-$(date -u +%Y%m%dT%H%M%SZ)
  for suffix in -journal -wal -shm; do
    if [ -e "$database$suffix" ]; then mv -- "$database$suffix" "$kept$suffix"; fi
  done
  mv -- "$database" "$kept"
  mv -- "$fresh" "$database"
  echo "$database was no intact database: what was there is kept as $kept" >&2
  exit 0
fi
if [ -s "$database" ] && [ "\${page_size##*[!0-9]}" != "$(sqlite copy.sqlite "PRAGMA page_size")" ]; then
  # In WAL mode SQLite cannot change the size of the pages.
  sqlite "$database" "PRAGMA journal_mode=DELETE" > /dev/null
fi
sqlite "$database" ".restore copy.sqlite"`,
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
