#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"

exec backup-maker restore "$@" -- bash --norc -eu -o pipefail -c '
  database=$(realpath -m -- "$1")
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  cat > copy.sqlite
  check=$(sqlite3 copy.sqlite "PRAGMA integrity_check")
  if [ "$check" != ok ]; then
    echo "the stored database is damaged: $check" >&2
    exit 1
  fi
  mkdir -p -- "$(dirname -- "$database")"
  sqlite3 -cmd ".timeout 60000" "$database" ".restore copy.sqlite"
' sqlite "/data"
