#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT TAR_OPTIONS GZIP KCAT_CONFIG KAFKACAT_CONFIG
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  tar --extract --gzip --file=-
  cat > /dev/null
  delimiter=$(cat delimiter)
  while IFS= read -r topic; do
    if [ -s "messages-$topic" ]; then
      kcat "$@" -P -t "$topic" -K ":$delimiter:" -D ";$delimiter;" < "messages-$topic"
    fi
  done < topics
' kafka -b "127.0.0.1:9092"
