#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"
MYSQL_PWD="${BM_PARAMS_PASSWORD}"
export MYSQL_PWD

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_HOME MARIADB_HOME MYSQL_GROUP_SUFFIX MARIADB_GROUP_SUFFIX LIBMYSQL_PLUGINS LIBMYSQL_PLUGIN_DIR GZIP
  MYSQL_TEST_LOGIN_FILE=/nonexistent/login
  export MYSQL_TEST_LOGIN_FILE
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT TAR_OPTIONS TAPE GZIP ZSTD_CLEVEL ZSTD_NBTHREADS GREP_OPTIONS GREP_COLORS
  list_folder() {
    find . -mindepth 1 -maxdepth 1 ! -name ".backup-maker-restore-*" -print0 | choose_names "$1"
  }
  choose_names() {
    local names=()
    mapfile -d "" names
    # The root of an ext4 volume has this folder for fsck; only root can read it.
    if [ -d lost+found ] && [ ! -L lost+found ] && [ ! -r lost+found ] && [ "$(stat -c %u lost+found)" = 0 ]; then
      local kept=() name
      for name in "${names[@]}"; do [ "$name" = ./lost+found ] || kept+=("$name"); done
      names=("${kept[@]}")
      echo "left out: lost+found, which belongs to the file system" >&2
    fi
    if [ "${#names[@]}" -eq 0 ]; then
      if [ "$1" != true ]; then
        echo "the folder $PWD is empty: is its volume mounted? (to store it all the same: allowEmpty)" >&2
        exit 1
      fi
      return
    fi
    printf "%s\0" "${names[@]}"
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
  }
  client=mariadb
  dump=mariadb-dump
  content=$(realpath -- "$1")
  tolerated=$2
  allow_empty=$3
  db=$4
  allow_loss=$5
  shift 5
  connection=("${@:1:5}")
  shift 5
  dump_database() {
    local name=$1 versioned filter=1 selection=(--all-databases --flush-privileges) history=() code=0
    shift
    if [ -n "$name" ]; then
      filter="TABLE_SCHEMA = DATABASE()"
      selection=(--add-drop-database --databases -- "$name")
    fi
    versioned=$("$client" "${connection[@]}" ${name:+"--database=$name"} --batch --skip-column-names -e "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_TYPE = \"SYSTEM VERSIONED\" AND $filter")
    if [ "$versioned" -gt 0 ]; then
      if [ "$allow_loss" = true ]; then
        echo "left out: the history of $versioned system-versioned tables" >&2
      elif "$dump" --no-defaults --help 2> /dev/null | grep -c dump-history > /dev/null &&
        [ -n "$("$client" "${connection[@]}" --batch --skip-column-names -e "SHOW VARIABLES LIKE \"system_versioning_insert_history\"")" ]; then
        history=(--dump-history)
      else
        echo "the history of $versioned system-versioned tables can be stored by MariaDB 10.11 and later only (to leave it out: allowHistoryLoss)" >&2
        return 1
      fi
    fi
    "$dump" "${connection[@]}" "$@" "${history[@]}" "${selection[@]}" || code=$?
    if [ "$code" -ne 0 ]; then
      if [ "${#history[@]}" -gt 0 ]; then echo "(to leave out the history of system-versioned tables: allowHistoryLoss)" >&2; fi
      return "$code"
    fi
    echo "-- Dump completed, as seen by Backup Maker"
  }
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$content"
  list_folder "$allow_empty" > "$work/names"
  dump_database "$db" "$@" > "$work/database.sql"
  store "$tolerated" tar --create --format=posix --file=- --numeric-owner --acls --xattrs --xattrs-include=user.* --xattrs-include=security.capability --gzip --transform="s,^[.]/,wp-content/,S" \
    --directory="$work" database.sql \
    --directory="$content" --null --verbatim-files-from --files-from="$work/names"
' wordpress "/data" "false" "false" "shop" "false" --no-defaults --protocol=tcp --host="127.0.0.1" --port="3306" --user="backup" --single-transaction --quick --routines --triggers --events --hex-blob --max-allowed-packet=1G --default-character-set=utf8mb4
