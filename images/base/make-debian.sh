#!/usr/bin/env bash
# make-debian.sh FOLDER: a small Debian, in place of debian:bookworm-slim where no registry can be reached.
set -euo pipefail
# shellcheck disable=SC2016 # apt's own variable
mirror=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Created-By: Packages' 2>/dev/null | head -n 1)
debootstrap --variant=minbase bookworm "$1" ${mirror:+"$mirror"} >"$1.log" 2>&1 || { tail -n 5 "$1.log" >&2; exit 1; }
rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/{doc,man,locale}/*
