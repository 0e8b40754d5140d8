#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT SQLITE_TMPDIR
  database=$(realpath -m -- "$1")
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
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
      printf "%s is damaged: %s\n" "$1" "$answer" >&2
      exit 1
    fi
  }
  cat > copy.sqlite
  check_copy "the stored database"
  mkdir -p -- "$(dirname -- "$database")"
  if [ -s "$database" ] && ! page_size=$(sqlite "$database" "PRAGMA schema_version; PRAGMA page_size" 2>&1); then
    case $page_size in
      *"not a database"* | *malformed*) ;;
      *)
        printf "%s cannot be opened: %s\n" "$database" "$page_size" >&2
        exit 1
        ;;
    esac
    fresh=$(mktemp -- "$database.restore-XXXXXX")
    trap "rm -rf -- \"\$work\" \"\$fresh\"" EXIT
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
  if [ -s "$database" ] && [ "${page_size##*[!0-9]}" != "$(sqlite copy.sqlite "PRAGMA page_size")" ]; then
    # In WAL mode SQLite cannot change the size of the pages.
    sqlite "$database" "PRAGMA journal_mode=DELETE" > /dev/null
  fi
  sqlite "$database" ".restore copy.sqlite"
' sqlite "/data"
