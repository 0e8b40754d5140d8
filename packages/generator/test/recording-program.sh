#!/usr/bin/env bash
# Stands before a program on the PATH: notes the arguments, which every user of the machine can see, and runs it.
printf '%s\n' "$0" "$@" >> "$ARGUMENTS_LOG"
name=${0##*/}
PATH=${PATH#*:}
if [ "${BREAK_PROGRAM-}" = "$name" ]; then
  # Dies half-way: after some input and output, without reading or writing the rest.
  head -c 1500 | "$name" "$@" | head -c 300 || true
  echo "$name: the connection was lost" >&2
  exit 42
fi
exec "$name" "$@"
