#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"
MYSQL_PWD="${BM_PARAMS_PASSWORD}"
export MYSQL_PWD

exec backup-maker make "$@" -- mysqldump --protocol=tcp --host="127.0.0.1" --port="3306" --user="backup" --single-transaction --quick --routines --triggers --events --hex-blob --default-character-set=utf8mb4 --no-tablespaces --loose-set-gtid-purged=OFF --loose-column-statistics=0 "--verbose" --add-drop-database --databases -- "shop"
