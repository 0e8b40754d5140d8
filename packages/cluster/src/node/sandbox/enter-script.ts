/**
 * Builds a container's root and enters it. Runs as root in new mount, PID, IPC and UTS namespaces. The text is fixed:
 * everything about the pod comes as arguments.
 *
 *   BASE HOSTNAME READONLY-ROOT LAUNCHER LAYER [hide PATH '' | ro SOURCE TARGET | rw SOURCE TARGET]... -- COMMAND...
 *
 * COMMAND may run LAUNCHER as `/proc/self/fd/9`. BASE has `layer`, `root`, `tmp` and `run`; LAYER is `disk`, or `memory` where BASE's file system can't hold an overlay's upper layer. The machine's root is the lower layer, so programs are there and
 * writes go to `upper`. Mounts are made after the change of root: a symbolic link on the way to a target can't lead out.
 */
export const enterScript = `
set -eu
# The container's root takes the mode of its layer, and others than root must be able to enter it.
umask 022
fail() { echo "the container's root could not be built: $*" >&2; exit 125; }
# A step without a "fail" of its own, such as a link; \`exec\` at the end takes the trap away.
trap 'code=$?; [ $code = 125 ] || fail "a step ended with $code"' EXIT
base=$1 hostname=$2 readonly_root=$3
# Open now: a volume may come to lie over the folder that it is in.
exec 9< "$4" || fail "$4"
layer=$5
shift 5
printf %s "$hostname" > /proc/sys/kernel/hostname || fail hostname
cd "$base" || fail base
if [ "$layer" = memory ]; then
  mount -t tmpfs -o mode=755,size=25% layer layer || fail layer
fi
mkdir -p layer/upper layer/work
mount -t overlay overlay -o lowerdir=/,upperdir=layer/upper,workdir=layer/work root || fail overlay
cd root
mkdir -p .machine
pivot_root . .machine || fail pivot_root
cd /
mount -t proc -o nosuid,nodev,noexec proc /proc || fail proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys || fail sys
mount -t tmpfs -o mode=755,size=1m,nosuid dev /dev || fail dev
for device in null zero full random urandom tty; do
  : > "/dev/$device"
  mount --bind "/.machine/dev/$device" "/dev/$device" || fail "/dev/$device"
done
mkdir /dev/pts /dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,nosuid,noexec devpts /dev/pts || fail /dev/pts
mount -t tmpfs -o mode=1777,size=64m,nosuid,nodev shm /dev/shm || fail /dev/shm
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr
for folder in tmp run; do
  mount --bind "/.machine$base/$folder" "/$folder" || fail "/$folder"
done
while [ "$1" != -- ]; do
  kind=$1 source=$2 target=$3
  shift 3
  case $kind in
    hide)
      if [ -d "$source" ]; then
        mount -t tmpfs -o mode=755,size=64k,nosuid,nodev hidden "$source" || fail "$source"
      elif [ -e "$source" ]; then
        mount --bind /dev/null "$source" || fail "$source"
      fi
      ;;
    ro | rw)
      if [ -d "/.machine$source" ]; then
        mkdir -p "$target" || fail "$target"
      else
        mkdir -p "$(dirname "$target")" || fail "$target"
        [ -e "$target" ] || : > "$target"
      fi
      if [ "$kind" = ro ]; then
        mount --bind "/.machine$source" "$target" || fail "$target"
        mount -o remount,bind,ro "$target" || fail "$target"
      else
        mount --rbind "/.machine$source" "$target" || fail "$target"
      fi
      ;;
    *) fail "unknown step $kind" ;;
  esac
done
shift
if [ "$readonly_root" = yes ]; then
  for folder in tmp run; do
    # Unless a volume lies there.
    [ ! "/$folder" -ef "/.machine$base/$folder" ] || mount -o remount,bind,ro "/$folder" || fail "/$folder"
  done
fi
umount -l /.machine || fail umount
rmdir /.machine
# The mount, not the file system: mount(8) of util-linux 2.41 is refused by overlays there.
[ "$readonly_root" = no ] || mount -o remount,bind,ro / || fail 'read-only root'
exec "$@"
`;
