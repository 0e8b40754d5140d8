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
  client=mysql
  dump=mysqldump
  db=$1
  allow_loss=$2
  shift 2
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
  dump_database "$db" "$@"
' mysqldump "shop" "false" --no-defaults --protocol=tcp --host="127.0.0.1" --port="3306" --user="backup" --single-transaction --quick --routines --triggers --events --hex-blob --max-allowed-packet=1G --default-character-set=utf8mb4 --no-tablespaces --loose-set-gtid-purged=OFF --loose-column-statistics=0 "--verbose"
