import type { ParameterSchema } from '../procedure/parameter.ts';
import { plainEnvironment } from './plain-environment.ts';

export const excludeParameter: ParameterSchema = {
  name: 'exclude',
  type: 'list',
  description: 'patterns of files to leave out, as for `tar --exclude`',
};

export const folderParameters: readonly ParameterSchema[] = [
  {
    name: 'tolerateChanges',
    type: 'boolean',
    default: false,
    description: 'store the folder even when files changed or vanished while it was read; they are listed',
  },
  {
    name: 'allowEmpty',
    type: 'boolean',
    default: false,
    description: 'store the folder even when nothing is in it, as when a volume is not mounted',
  },
  {
    name: 'keepGoing',
    type: 'boolean',
    default: false,
    description:
      'restore straight into the folder, without space for a second copy: what cannot be written is listed, the rest is, and the restore fails at the end',
  },
];

/** Words for the folder's parameters, in the order in which the functions below take them. */
export const backupFlags = '{{ shellWord .Params.tolerateChanges }} {{ shellWord .Params.allowEmpty }}';
export const restoreFlags = '{{ shellWord .Params.keepGoing }}';

/**
 * Owners by number: another machine or image gives the names other numbers. `security.selinux` belongs to the
 * machine, and `system.*` and `trusted.*` to file systems, so only what users and programs set is kept.
 */
const attributes =
  '--numeric-owner --acls --xattrs --xattrs-include=user.* --xattrs-include=security.capability';

const environment = plainEnvironment(
  'TAR_OPTIONS',
  'TAPE',
  'GZIP',
  'ZSTD_CLEVEL',
  'ZSTD_NBTHREADS',
  'GREP_OPTIONS',
  'GREP_COLORS',
);

/** Where restores unpack: in the target, because that is often a volume, and only there is it one rename to a file's place. */
const staging = '.backup-maker-restore-';

/**
 * `list_folder ALLOW_EMPTY` prints the names in the current folder. The folder itself is no member: its owner and times are
 * those of a mount that a restore may not change. It is a pipeline because `wait` for a process substitution gives 255
 * in bash 5.2 when that one has been reaped a moment before. `store TOLERATED COMMAND…` runs tar, and judges what it complains of.
 */
export const backupFolder = `${environment}
list_folder() {
  find . -mindepth 1 -maxdepth 1 ! -name "${staging}*" -print0 | choose_names "$1"
}
choose_names() {
  local names=()
  mapfile -d "" names
  # The root of an ext4 volume has this folder for fsck; only root can read it.
  if [ -d lost+found ] && [ ! -L lost+found ] && [ ! -r lost+found ] && [ "$(stat -c %u lost+found)" = 0 ]; then
    local kept=() name
    for name in "\${names[@]}"; do [ "$name" = ./lost+found ] || kept+=("$name"); done
    names=("\${kept[@]}")
    echo "left out: lost+found, which belongs to the file system" >&2
  fi
  if [ "\${#names[@]}" -eq 0 ]; then
    if [ "$1" != true ]; then
      echo "the folder $PWD is empty: is its volume mounted? (to store it all the same: allowEmpty)" >&2
      exit 1
    fi
    return
  fi
  printf "%s\\0" "\${names[@]}"
}
store() {
  local tolerated=$1 code=0 other
  shift
  "$@" 2> "$work/messages" || code=$?
  cat -- "$work/messages" >&2
  if [ "$code" -eq 0 ]; then return; fi
  other=$(grep -vE ": (file changed as we read it|File removed before we read it|File shrank by [0-9]+ bytes; padding with zeros|Cannot (stat|open): No such file or directory|socket ignored|Exiting with failure status due to previous errors)$" "$work/messages" || true)
  # tar ends with 1 for changed files only, but with 2 when a file that it was told to store has vanished.
  if [ "$code" -eq 1 ] || { [ "$code" -eq 2 ] && [ -s "$work/messages" ] && [ -z "$other" ]; }; then
    if [ "$tolerated" = true ]; then
      echo "the files above changed or vanished while they were read" >&2
      return
    fi
    echo "the files above changed or vanished while they were read (to store the others all the same: tolerateChanges)" >&2
  fi
  return "$code"
}`;

export const createOptions = `--create --format=posix --file=- ${attributes}`;

export const filesFrom = '--null --verbatim-files-from --files-from=';

export const extractOptions = `--extract --file=- ${attributes} --preserve-permissions`;

/**
 * `open_target PATH KEEP_GOING` makes a folder to unpack into, `$new`: one beside the old files, so that they stay as they are
 * until the whole version has proved to be good. `finish` then reads the input to its end, which a version that
 * is not intact never has, and puts each file in its place.
 */
export const restoreFolder = `${environment}
target=
made=
staging=
new=
# A folder without write permission cannot be emptied, except by root.
discard() {
  find "$1" -type d ! -perm -u=rwx -exec chmod u+rwx -- {} +
  rm -rf -- "$1"
}
abandon() {
  if [ -n "$staging" ]; then discard "$staging"; fi
  if [ -n "$made" ]; then rmdir --ignore-fail-on-non-empty -- "$target"; fi
}
open_target() {
  target=$(realpath -m -- "$1")
  if [ ! -d "$target" ]; then
    mkdir -p -- "$target"
    made=yes
  fi
  new=$target
  if [ "$2" = true ]; then return; fi
  local entry
  for entry in "$target/${staging}"*; do
    if [ -e "$entry" ]; then echo "left by a restore that was interrupted, can be removed: $entry" >&2; fi
  done
  entry=$(find "$target" -mindepth 1 -maxdepth 1 -print -quit)
  staging=$(mktemp -d -- "$target/${staging}XXXXXX")
  mkdir -- "$staging/new" "$staging/old"
  if : > "$staging/probe" && ln -- "$staging/probe" "$staging/linked" 2> /dev/null; then
    new=$staging/new
  elif [ -n "$entry" ]; then
    echo "$target is on a file system without hard links, so its files cannot be replaced all at once (to restore into them all the same: keepGoing)" >&2
    exit 1
  fi
}
broken_off() {
  echo "the restore broke off while it put the files in their places: repeat it (what was in the way of others: $staging/old)" >&2
}
# What is in the way of a file of another kind, and would be followed or not be replaced.
find_obstacles() {
  local kind name old last= refused=0
  obstacles=()
  while IFS= read -r -d "" name; do
    kind=\${name:0:1}
    name=\${name:1}
    old=$target/$name
    if [ -n "$last" ] && [[ $name/ == "$last"/* ]]; then continue; fi
    if [ -d "$old" ] && [ ! -L "$old" ]; then
      if [ "$kind" != d ]; then
        obstacles+=("$name")
      elif [ ! -w "$old" ]; then
        echo "not writable: $old" >&2
        refused=1
      fi
    elif [ "$kind" = d ] && { [ -e "$old" ] || [ -L "$old" ]; }; then
      obstacles+=("$name")
      last=$name
    fi
  done < <(find "$new" -mindepth 1 -printf "%y%P\\0")
  wait "$!"
  return "$refused"
}
finish() {
  cat > /dev/null
  if [ "$new" = "$target" ]; then made=; return; fi
  local index obstacles kept=$staging/old
  if ! find_obstacles; then
    echo "nothing was restored (to restore what can be written: keepGoing)" >&2
    exit 1
  fi
  trap broken_off EXIT
  for index in "\${!obstacles[@]}"; do
    echo "replaced by a file of another kind: \${obstacles[index]}" >&2
    mv --no-target-directory -- "$target/\${obstacles[index]}" "$kept/$index"
  done
  find "$new" -mindepth 1 -maxdepth 1 -print0 |
    xargs -0 -r cp --archive --link --remove-destination --target-directory="$target" --
  made=
}`;
