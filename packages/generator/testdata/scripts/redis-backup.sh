#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"
REDISCLI_AUTH="${BM_PARAMS_PASSWORD}"
export REDISCLI_AUTH

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT REDISCLI_RCFILE REDISCLI_HISTFILE REDISCLI_CLUSTER_YES
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  redis-cli "$@" --no-auth-warning --rdb dump.rdb >&2
  redis-check-rdb dump.rdb >&2
  cat dump.rdb
' redis -h "127.0.0.1" -p "6379" --user "backup"
