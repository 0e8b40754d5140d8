#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"
MONGO_PASSWORD="${BM_PARAMS_PASSWORD}"
export MONGO_PASSWORD

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  program=$1
  shift
  json=${MONGO_PASSWORD-}
  newline=$(printf "\nx")
  newline=${newline%x}
  json=${json//\\/\\\\}
  json=${json//\"/\\\"}
  json=${json//$newline/\\n}
  if [ -z "$json" ]; then exec "$program" "$@"; fi
  exec "$program" --config=<(printf "password: \"%s\"\n" "$json") "$@"
' mongodb mongorestore --host="127.0.0.1" --port="27017" --username="backup" --authenticationDatabase="admin" --archive --gzip --quiet --drop --stopOnError --nsInclude="shop.*"
