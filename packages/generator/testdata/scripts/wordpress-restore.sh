#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"
MYSQL_PWD="${BM_PARAMS_PASSWORD}"
export MYSQL_PWD

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  content=$1
  shift
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  mkdir -p -- "$content"
  mkfifo "$work/archive"
  database=
  trap "kill \$database 2>/dev/null || true; wait; rm -rf -- \"\$work\"" EXIT
  tar --extract --gzip --file="$work/archive" --directory="$work" database.sql &
  database=$!
  tee "$work/archive" |
    tar --extract --gzip --file=- --directory="$content" --preserve-permissions --strip-components=1 \
      --anchored --exclude=database.sql
  wait "$database"
  mariadb "$@" < "$work/database.sql"
' wordpress "/data" --protocol=tcp --host="127.0.0.1" --port="3306" --user="backup" --batch --default-character-set=utf8mb4
