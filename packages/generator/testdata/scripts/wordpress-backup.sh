#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"
MYSQL_PWD="${BM_PARAMS_PASSWORD}"
export MYSQL_PWD

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  content=$(realpath -- "$1")
  database=$2
  shift 2
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  (cd -- "$content" && find . -mindepth 1 -maxdepth 1 -print0) > "$work/files"
  mariadb-dump "$@" --add-drop-database --databases -- "$database" > "$work/database.sql"
  tar --create --format=posix --gzip --file=- --transform="s,^[.]/,wp-content/,S" \
    --directory="$work" database.sql \
    --directory="$content" --null --verbatim-files-from --files-from="$work/files"
' wordpress "/data" "shop" --protocol=tcp --host="127.0.0.1" --port="3306" --user="backup" --single-transaction --quick --routines --triggers --events --hex-blob --default-character-set=utf8mb4
