#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"
PGPASSWORD="${BM_PARAMS_PASSWORD}"
export PGPASSWORD

exec backup-maker restore "$@" -- pgbr db restore --host="127.0.0.1" --port="5432" --user="backup" --db-name="shop" --connection-database="postgres"
