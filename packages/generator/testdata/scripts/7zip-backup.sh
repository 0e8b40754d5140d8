#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

exec backup-maker make "$@" -- bash --norc -eu -o pipefail -c '
  sevenzip=$(command -v 7zz || command -v 7z || command -v 7za) || {
    echo "7-Zip is not installed: none of 7zz, 7z, 7za is on the PATH" >&2
    exit 127
  }
  cd -- "$1"
  level=$2
  shift 2
  find . -mindepth 1 -maxdepth 1 -print0 |
    tar --create --format=posix --file=- "$@" --null --verbatim-files-from --files-from=- |
    "$sevenzip" a -an -txz -si -so -bd "-mx=$level"
' 7zip "/data" "5" --sparse --exclude="*.tmp"
