#!/bin/sh
# After removal. Backups are never removed, nor the user that they belong to.
set -e

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi

case "$1" in
  purge)
    rm -f /etc/@name@/secrets.conf
    if [ -d /var/lib/@name@ ]; then
      echo '@name@: the data in /var/lib/@name@ are left; remove the folder yourself if nobody needs them.' >&2
      if [ -n "$(ls -A /etc/@name@/objects 2>/dev/null)" ]; then
        echo '@name@: so are the definitions in /etc/@name@/objects.' >&2
      else
        rmdir /etc/@name@/objects /etc/@name@ 2>/dev/null || true
      fi
    fi
    ;;
  0)
    echo '@name@: the data in /var/lib/@name@ are left; remove the folder yourself if nobody needs them.' >&2
    ;;
esac
