#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  topics=()
  while [ "$1" != "" ]; do topics+=("$1"); shift; done
  shift
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT TAR_OPTIONS GZIP KCAT_CONFIG KAFKACAT_CONFIG
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  delimiter=$(od -An -N16 -tx1 /dev/urandom | tr -d " \n")
  printf %s "$delimiter" > delimiter
  printf "%s\n" "${topics[@]}" > topics
  for topic in "${topics[@]}"; do
    kcat "$@" -C -t "$topic" -o beginning -e -q -f "%k:$delimiter:%s;$delimiter;" > "messages-$topic"
  done
  tar --create --gzip --file=- -- *
' kafka "orders" "customers" "" -b "127.0.0.1:9092"
