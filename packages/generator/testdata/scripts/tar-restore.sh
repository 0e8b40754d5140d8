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
  unset LANGUAGE POSIXLY_CORRECT TAR_OPTIONS TAPE GZIP ZSTD_CLEVEL ZSTD_NBTHREADS GREP_OPTIONS GREP_COLORS
  target=
  made=
  staging=
  new=
  # A folder without write permission cannot be emptied, except by root.
  discard() {
    find "$1" -type d ! -perm -u=rwx -exec chmod u+rwx -- {} +
    rm -rf -- "$1"
  }
  abandon() {
    if [ -n "$staging" ]; then discard "$staging"; fi
    if [ -n "$made" ]; then rmdir --ignore-fail-on-non-empty -- "$target"; fi
  }
  open_target() {
    target=$(realpath -m -- "$1")
    if [ ! -d "$target" ]; then
      mkdir -p -- "$target"
      made=yes
    fi
    new=$target
    if [ "$2" = true ]; then return; fi
    local entry
    for entry in "$target/.backup-maker-restore-"*; do
      if [ -e "$entry" ]; then echo "left by a restore that was interrupted, can be removed: $entry" >&2; fi
    done
    entry=$(find "$target" -mindepth 1 -maxdepth 1 -print -quit)
    staging=$(mktemp -d -- "$target/.backup-maker-restore-XXXXXX")
    mkdir -- "$staging/new" "$staging/old"
    if : > "$staging/probe" && ln -- "$staging/probe" "$staging/linked" 2> /dev/null; then
      new=$staging/new
    elif [ -n "$entry" ]; then
      echo "$target is on a file system without hard links, so its files cannot be replaced all at once (to restore into them all the same: keepGoing)" >&2
      exit 1
    fi
  }
  broken_off() {
    echo "the restore broke off while it put the files in their places: repeat it (what was in the way of others: $staging/old)" >&2
  }
  # What is in the way of a file of another kind, and would be followed or not be replaced.
  find_obstacles() {
    local kind name old last= refused=0
    obstacles=()
    while IFS= read -r -d "" name; do
      kind=${name:0:1}
      name=${name:1}
      old=$target/$name
      if [ -n "$last" ] && [[ $name/ == "$last"/* ]]; then continue; fi
      if [ -d "$old" ] && [ ! -L "$old" ]; then
        if [ "$kind" != d ]; then
          obstacles+=("$name")
        elif [ ! -w "$old" ]; then
          echo "not writable: $old" >&2
          refused=1
        fi
      elif [ "$kind" = d ] && { [ -e "$old" ] || [ -L "$old" ]; }; then
        obstacles+=("$name")
        last=$name
      fi
    done < <(find "$new" -mindepth 1 -printf "%y%P\0")
    wait "$!"
    return "$refused"
  }
  finish() {
    cat > /dev/null
    if [ "$new" = "$target" ]; then made=; return; fi
    local index obstacles kept=$staging/old
    if ! find_obstacles; then
      echo "nothing was restored (to restore what can be written: keepGoing)" >&2
      exit 1
    fi
    trap broken_off EXIT
    for index in "${!obstacles[@]}"; do
      echo "replaced by a file of another kind: ${obstacles[index]}" >&2
      mv --no-target-directory -- "$target/${obstacles[index]}" "$kept/$index"
    done
    find "$new" -mindepth 1 -maxdepth 1 -print0 |
      xargs -0 -r cp --archive --link --remove-destination --target-directory="$target" --
    made=
  }
  trap abandon EXIT
  open_target "$1" "$2"
  prefix=${1#"${1%%[!/]*}"}
  prefix=${prefix%"${prefix##*[!/]}"}
  prefix=$(printf "%s." "$prefix" | sed "s/[][\\.*^$,]/\\\\&/g")
  prefix=${prefix%?}
  prefix=${prefix%?}
  shift 2
  tar --extract --file=- --numeric-owner --acls --xattrs --xattrs-include=user.* --xattrs-include=security.capability --preserve-permissions --directory="$new" ${prefix:+"--transform=s,^$prefix\\(/\\|$\\),./,S"} "$@"
  finish
  trap abandon EXIT
' tar "/data" "false" --gzip
