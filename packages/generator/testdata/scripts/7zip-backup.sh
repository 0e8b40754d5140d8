#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  sevenzip=$(command -v 7zz || command -v 7z || command -v 7za) || {
    echo "7-Zip is not installed: none of 7zz, 7z, 7za is on the PATH" >&2
    exit 127
  }
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT TAR_OPTIONS TAPE GZIP ZSTD_CLEVEL ZSTD_NBTHREADS GREP_OPTIONS GREP_COLORS
  list_folder() {
    find . -mindepth 1 -maxdepth 1 ! -name ".backup-maker-restore-*" -print0 | choose_names "$1"
  }
  choose_names() {
    local names=()
    mapfile -d "" names
    # The root of an ext4 volume has this folder for fsck; only root can read it.
    if [ -d lost+found ] && [ ! -L lost+found ] && [ ! -r lost+found ] && [ "$(stat -c %u lost+found)" = 0 ]; then
      local kept=() name
      for name in "${names[@]}"; do [ "$name" = ./lost+found ] || kept+=("$name"); done
      names=("${kept[@]}")
      echo "left out: lost+found, which belongs to the file system" >&2
    fi
    if [ "${#names[@]}" -eq 0 ]; then
      if [ "$1" != true ]; then
        echo "the folder $PWD is empty: is its volume mounted? (to store it all the same: allowEmpty)" >&2
        exit 1
      fi
      return
    fi
    printf "%s\0" "${names[@]}"
  }
  store() {
    local tolerated=$1 code=0 other
    shift
    "$@" 2> "$work/messages" || code=$?
    cat -- "$work/messages" >&2
    if [ "$code" -eq 0 ]; then return; fi
    other=$(grep -vE ": (file changed as we read it|File removed before we read it|File shrank by [0-9]+ bytes; padding with zeros|Cannot (stat|open): No such file or directory|socket ignored|Exiting with failure status due to previous errors)$" "$work/messages" || true)
    # tar ends with 1 for changed files only, but with 2 when a file that it was told to store has vanished.
    if [ "$code" -eq 1 ] || { [ "$code" -eq 2 ] && [ -s "$work/messages" ] && [ -z "$other" ]; }; then
      if [ "$tolerated" = true ]; then
        echo "the files above changed or vanished while they were read" >&2
        return
      fi
      echo "the files above changed or vanished while they were read (to store the others all the same: tolerateChanges)" >&2
    fi
    return "$code"
  }
  cd -- "$1"
  tolerated=$2
  allow_empty=$3
  level=$4
  shift 4
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  list_folder "$allow_empty" > "$work/names"
  store "$tolerated" tar --create --format=posix --file=- --numeric-owner --acls --xattrs --xattrs-include=user.* --xattrs-include=security.capability "$@" --null --verbatim-files-from --files-from="$work/names" |
    "$sevenzip" a -an -txz -si -so -bd "-mx=$level"
' 7zip "/data" "false" "false" "5" --sparse --exclude="*.tmp"
