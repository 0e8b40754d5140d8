#!/bin/sh
# Before removal, not before an upgrade. dpkg says "remove", rpm that no version is left.
set -e

case "$1" in
  remove | 0)
    if [ -d /run/systemd/system ]; then
      systemctl disable --now @name@.service || true
    fi
    ;;
esac
