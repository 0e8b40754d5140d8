#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
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
  if [ ! -f "$database" ]; then
    echo "there is no database $database" >&2
    exit 1
  fi
  sqlite "$database" ".backup copy.sqlite"
  check_copy "the database"
  cat copy.sqlite
' sqlite "/data"
