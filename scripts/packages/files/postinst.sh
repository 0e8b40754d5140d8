#!/bin/sh
# After installation and upgrade. dpkg says "configure", rpm the number of versions that are there.
set -e

name=@name@
user=@user@
data=/var/lib/$name

case "$1" in
  configure | [1-9]*) ;;
  *) exit 0 ;;
esac

if [ "$user" != root ] && ! getent passwd "$user" >/dev/null; then
  getent group "$user" >/dev/null || groupadd --system "$user"
  useradd --system --gid "$user" --home-dir "$data" --no-create-home --shell /usr/sbin/nologin "$user"
fi

# What is there already keeps its mode and owner: somebody may have changed them for a reason.
[ -d "$data" ] || install -d -m 0700 -o "$user" -g "$user" "$data"
[ -d "/etc/$name/objects" ] || install -d -m 0750 -o root -g "$user" "/etc/$name/objects"

secrets=/etc/$name/secrets.conf
if [ ! -e "$secrets" ]; then
  # Nobody may read it, not even while it is written.
  (
    umask 077
    {
      echo '# Secrets of the service: variables as in the file beside this one, such as BR_DB_PASSWORD.'
      # Standalone keeps its own key with its data. Others get one here, so that no two machines have the same.
      if [ "$user" != root ]; then
        echo '# The key that signs tokens; with another one all tokens are void.'
        echo "BR_JWT_SECRET_KEY=$(head -c 32 /dev/urandom | base64)"
      fi
    } >"$secrets.new"
  )
  chown "root:$user" "$secrets.new"
  chmod 0640 "$secrets.new"
  mv "$secrets.new" "$secrets"
fi

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
  # Only where it runs. Nothing is started that nobody has set up: "systemctl enable --now" does.
  systemctl try-restart "$name.service" || true
fi
