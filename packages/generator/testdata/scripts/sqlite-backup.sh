#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

exec backup-maker make "$@" -- bash --norc -eu -o pipefail -c '
  database=$(realpath -m -- "$1")
  if [ ! -f "$database" ]; then
    echo "there is no database $database" >&2
    exit 1
  fi
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  sqlite3 -cmd ".timeout 60000" "$database" ".backup copy.sqlite"
  cat copy.sqlite
' sqlite "/data"
