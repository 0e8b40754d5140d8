#!/usr/bin/env bash
# make-root.sh FOLDER: a small Debian with the dump programs of packages.txt, and no client of ours. Needs root.
set -euo pipefail
folder=$1
command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
include=$(grep -Ev '^(#|$)' "$(dirname "$0")/packages.txt" | paste -sd,)
# The mirror that this machine uses; debootstrap's own default where none is known.
# shellcheck disable=SC2016 # apt's own variable
mirror=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Created-By: Packages' 2>/dev/null | head -n 1)
debootstrap --variant=minbase --include="$include" bookworm "$folder" ${mirror:+"$mirror"} >"$folder.log" 2>&1 ||
  { tail -n 5 "$folder.log" >&2; exit 1; }
# Caches and documentation are most of what nobody reads in a pod.
rm -rf "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/* "$folder"/usr/share/{doc,man,locale}/*
