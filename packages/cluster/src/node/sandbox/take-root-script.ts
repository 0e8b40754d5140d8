/**
 * Makes a folder that is the root of a chroot the root of a mount namespace, and leaves nothing else in it: overlays and
 * `pivot_root` need a root that is a mount point. Runs at the root above, in the folder, in a mount namespace of its own.
 *
 *   PLACE COMMAND...
 *
 * PLACE is an empty folder, named as in the chroot.
 */
export const takeRootScript = `
set -eu
fail() { echo "the container's root could not be built: $*" >&2; exit 125; }
place=$1
shift
# First of all: what is mounted from here on must not be mounted outside too.
mount --make-rprivate / || fail propagation
here=$(pwd -P)
mount --rbind "$here" "$here" || fail "$here"
cd "$here"
pivot_root . ".$place" || fail pivot_root
cd /
umount -l "$place" || fail umount
exec "$@"
`;
