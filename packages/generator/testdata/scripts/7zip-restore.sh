#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"

mkdir -p -- "/data"

exec backup-maker restore "$@" -- bash --norc -eu -o pipefail -c '
  sevenzip=$(command -v 7zz || command -v 7z || command -v 7za) || {
    echo "7-Zip is not installed: none of 7zz, 7z, 7za is on the PATH" >&2
    exit 127
  }
  "$sevenzip" x -txz -si -so -bd |
    tar --extract --file=- --directory="$1" --preserve-permissions
' 7zip "/data"
