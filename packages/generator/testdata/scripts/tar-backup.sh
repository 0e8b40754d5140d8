#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

exec backup-maker make "$@" -- bash --norc -eu -o pipefail -c '
  cd -- "$1"
  tolerated=$2
  shift 2
  codes=(0 0)
  find . -mindepth 1 -maxdepth 1 -print0 |
    tar --create --format=posix --file=- "$@" --null --verbatim-files-from --files-from=- || codes=("${PIPESTATUS[@]}")
  if [ "${codes[0]}" -eq 0 ] && [ "${codes[1]}" -eq 1 ] && [ "$tolerated" = true ]; then
    echo "some files changed while they were read" >&2
    exit 0
  fi
  exit "$((codes[0] > codes[1] ? codes[0] : codes[1]))"
' tar "/data" "false" --sparse --gzip --exclude="*.tmp"
