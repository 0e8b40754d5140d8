#!/bin/bash
# Installs the Debian packages in a bare Debian without Node.js, uses them as the docs say, upgrades and removes them.
# Ends with 77 where this machine can't, and says why.
#
# scripts/packages/test/main.sh BINARIES
#
# PACKAGES_ROOT is a bare root that is there already; else debootstrap makes one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$here/../../..
binaries=$1
export PATH=$checkout/node_modules/.bin:$PATH

leave_out() {
  echo "packages: left out: $*"
  exit 77
}
[ "$(id -u)" = 0 ] || leave_out 'a root of its own needs root'
for program in debootstrap nfpm unshare ip; do
  command -v $program >/dev/null || leave_out "$program is missing"
done
unshare --mount --net --pid --fork --uts true 2>/dev/null || leave_out 'this machine gives no namespaces'

folder=$(mktemp -d /var/tmp/packages-XXXXXX)
trap 'rm -rf --one-file-system "$folder"' EXIT
root=$folder/root
if [ -n "${PACKAGES_ROOT:-}" ]; then
  cp --archive "$PACKAGES_ROOT" "$root"
else
  debootstrap --variant=minbase trixie "$root" "${PACKAGES_MIRROR:-http://deb.debian.org/debian}" >"$folder/log" 2>&1 ||
    leave_out "no Debian can be had: $(tail -n 1 "$folder/log")"
fi

# The same programs twice: it is the packages that are tried.
version=$(node -p "require(\"$checkout/package.json\").version")
build() { # FOLDER VERSION ARGUMENTS…
  node "$checkout/scripts/packages/build.ts" "$root/packages/$1" --binaries "$binaries" --version "$2" --packager deb "${@:3}"
}
build 1 "$version"
build 2 "$version.1" --only backup-maker --only backup-repository
mkdir "$root/docs"
cp "$checkout"/docs/install/{packages,standalone}.md "$root/docs"
cp "$checkout/docs/standalone.md" "$root/docs/first-backup.md"
# Nothing here has to survive a power cut.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
install "$here/systemctl.sh" "$root/usr/local/bin/systemctl"
install "$here/inside.sh" "$root/inside.sh"

# A network of its own: the ports of the docs are free there, and nothing is loaded.
# shellcheck disable=SC2016 # for the shell inside
unshare --mount --net --pid --fork --kill-child --uts sh -euc '
  ip link set lo up
  mount --rbind "$1" "$1"
  cd "$1"
  mount -t proc proc proc
  for device in null zero full random urandom tty; do
    [ -e dev/$device ] || : > dev/$device
    mount --bind /dev/$device dev/$device
  done
  ln -sfn /proc/self/fd dev/fd
  # For apt, which keeps a log of what it does in a terminal.
  mkdir -p dev/pts
  mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
  ln -sfn pts/ptmx dev/ptmx
  mkdir -p .old
  pivot_root . .old
  umount -l .old
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root /inside.sh
' enter "$root"
