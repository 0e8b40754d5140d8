#!/bin/bash
# Runs in a bare root, as root: what docs/install/packages.md and standalone.md say, an upgrade, removal and purge.
# The root has /packages/1 and /packages/2, an older and a newer version, and /docs.
set -euo pipefail
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND" >&2' ERR
export DEBIAN_FRONTEND=noninteractive

say() { printf -- '-- %s\n' "$*"; }
check() { "$@" || { echo "FAILED: $*" >&2; exit 1; }; }
mode_of() { stat -c '%a %U:%G' "$1"; }
# The commands that a page shows, one after the other.
# shellcheck disable=SC2016 # no expressions, but what fences blocks
commands_of() { sed -n '/^```sh$/,/^```$/ { /^```/d; p }' "$1"; }

# The objects that a page shows; other YAML, such as a configuration file, is none.
yaml_of() {
  awk '/^```yaml$/ { inside = 1; first = 1; next } /^```$/ { inside = 0 }
    inside && first { object = /^apiVersion:/; first = 0; if (object) print "---" } inside && object' "$1"
}
has_version() { backup-maker versions | grep -q website; }
wait_for() { # WHAT COMMAND…
  for _ in $(seq 120); do
    "${@:2}" && return
    sleep 0.5
  done
  tail -n 20 /var/log/backup-standalone.log >&2
  echo "FAILED: $1 took longer than a minute" >&2
  exit 1
}

check test -z "$(command -v node)"

say 'install, first backup and restore, as docs/install/packages.md says'
cd /packages/1
# Both installations are made in the folder of the packages.
commands_of /docs/packages.md | sed 's|^apt install -y \./|cd /packages/1; &|' >/run/commands
bash -euo pipefail /run/commands
check diff -r /usr/share/doc /root/restored/doc >/dev/null
check test "$(mode_of /var/lib/backup-repository)" = '700 backup-repository:backup-repository'
check test "$(mode_of /etc/backup-repository/secrets.conf)" = '640 root:backup-repository'
check test "$(mode_of /etc/backup-repository/objects)" = '750 root:backup-repository'
check test "$(stat -c %U /proc/"$(cat /run/backup-repository.pid)")" = backup-repository
check grep -q '^CapEff:.*0000000000000000$' /proc/"$(cat /run/backup-repository.pid)"/status

say 'upgrade, with changed configuration and the data in place'
echo 'BR_LOG_LEVEL=debug' >>/etc/backup-repository/backup-repository.conf
before=$(md5sum /etc/backup-repository/*.conf)
dpkg -i /packages/2/backup-repository_*.deb /packages/2/backup-maker_*.deb
systemctl restart backup-repository
check test "$(dpkg-query -W -f '${Version}' backup-repository)" = "$(dpkg-deb -f /packages/2/backup-repository_*.deb Version)"
check test "$(md5sum /etc/backup-repository/*.conf)" = "$before"
check test "$(mode_of /var/lib/backup-repository)" = '700 backup-repository:backup-repository'
export BM_URL=http://127.0.0.1:8080 BM_COLLECTION_ID=shop
BM_AUTH_TOKEN=$(backup-maker login --username shop --password-file /root/shop.password)
export BM_AUTH_TOKEN
backup-maker restore -p /root/shop.key.asc -c 'tar -tz' >/run/list
check grep -q '^doc/backup-repository/copyright$' /run/list
systemctl stop backup-repository

say 'remove and purge: the data stay'
count() { find /var/lib/backup-repository -type f | wc -l; }
files=$(count)
apt-get remove -qy backup-repository
check test ! -e /usr/bin/backup-repository -a -e /etc/backup-repository/secrets.conf
dpkg --purge backup-repository 2>&1 | tee /run/purge
check grep -q 'the data in /var/lib/backup-repository are left' /run/purge
check test "$(count)" = "$files"
check test ! -e /etc/backup-repository/secrets.conf -a ! -e /etc/backup-repository/backup-repository.conf

say 'install again: the data are found'
dpkg -i /packages/2/backup-repository_*.deb
systemctl start backup-repository
BM_AUTH_TOKEN=$(backup-maker login --username shop --password-file /root/shop.password)
backup-maker versions >/run/versions
check grep -q 'shop-1.tar.gz.gpg' /run/versions
systemctl stop backup-repository

say 'standalone as a service, as docs/install/standalone.md says'
cd /packages/1
bash -euo pipefail <(commands_of /docs/standalone.md)
check test "$(mode_of /var/lib/backup-standalone)" = '700 root:root'
check test -s /var/lib/backup-standalone/kubeconfig
check test -x /var/lib/backup-standalone/programs/backup-maker
check test "$(grep -c 'run unconfined' /var/log/backup-standalone.log)" = 0

say 'standalone: a backup and a restore by pods, with the rights that the unit leaves'
password=$(head -c 18 /dev/urandom | base64)
encoded=$(printf %s "$password" | backup-repository --encode-password -)
mkdir -p /var/www
echo before >/var/www/page.html
objects=/etc/backup-standalone/objects
yaml_of /docs/first-backup.md | sed "s|password: JGFy.*|password: $encoded|; s|password: the password itself|password: $password|" >/run/all.yaml
# The page ends with the restore, which is for later.
sed '/^kind: RequestedBackupAction/,$d' /run/all.yaml | sed '$d' >$objects/website.yaml
sed -n '/^kind: RequestedBackupAction/,$p' /run/all.yaml | sed '1i apiVersion: riotkit.org/v1alpha1' >/run/restore.yaml
sed 's/action: restore/action: backup/; s/name: restore-website/name: backup-website/' /run/restore.yaml >$objects/backup.yaml
systemctl restart backup-standalone
BM_AUTH_TOKEN=$(BM_PASSWORD=$password backup-maker login --username website)
export BM_COLLECTION_ID=website
wait_for 'the backup' has_version
echo after >/var/www/page.html
cp /run/restore.yaml $objects
systemctl restart backup-standalone
wait_for 'the restore' grep -qx before /var/www/page.html
systemctl stop backup-standalone
dpkg --purge backup-standalone
check test -s /var/lib/backup-standalone/kubeconfig
