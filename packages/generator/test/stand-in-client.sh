#!/usr/bin/env bash
# Stands in for backup-maker: keeps what the command prints in $STAND_IN_STORE, only if the command ends with 0,
# and feeds it back. FEED_BYTES cuts the version short. That is worse than what the client does, which kills the command
# and never ends its input before the whole version has proved to be intact.
set -eu -o pipefail
operation=$1
printf '%s\n' "$@" > "$STAND_IN_STORE/arguments"
while [ "$1" != -- ]; do shift; done
shift
status=0
case $operation in
  make)
    "$@" > "$STAND_IN_STORE/part" || status=$?
    if [ "$status" -eq 0 ] && [ -s "$STAND_IN_STORE/part" ]; then
      mv "$STAND_IN_STORE/part" "$STAND_IN_STORE/version"
      exit 0
    fi
    rm -f "$STAND_IN_STORE/part"
    echo "the command failed with exit code $status: no version was made" >&2
    exit 3
    ;;
  restore)
    head -c "${FEED_BYTES:-100T}" "$STAND_IN_STORE/version" | "$@" || status=$?
    if [ "$status" -ne 0 ]; then
      echo "the command failed with exit code $status: nothing counts as restored" >&2
      exit 3
    fi
    ;;
esac
