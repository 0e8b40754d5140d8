#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"
PGPASSWORD="${BM_PARAMS_PASSWORD}"
export PGPASSWORD

exec backup-maker make "$@" -- pgbr db backup --host="127.0.0.1" --port="5432" --user="backup" --db-name="shop" --connection-database="postgres" --compression-level="7" -- "--verbose"
