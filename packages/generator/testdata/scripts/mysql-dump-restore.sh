#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"
MYSQL_PWD="${BM_PARAMS_PASSWORD}"
export MYSQL_PWD

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_HOME MARIADB_HOME MYSQL_GROUP_SUFFIX MARIADB_GROUP_SUFFIX LIBMYSQL_PLUGINS LIBMYSQL_PLUGIN_DIR GZIP
  MYSQL_TEST_LOGIN_FILE=/nonexistent/login
  export MYSQL_TEST_LOGIN_FILE
  client=mysql
  dump=mysqldump
  db=$1
  in_place=$2
  shift 2
  connection=("${@:1:5}")
  shift 5
  tick=$(printf "\\140")
  ident=$tick${db//$tick/$tick$tick}$tick
  literal="CONVERT(0x$(printf %s "$db" | od -An -v -tx1 | tr -d " \\n") USING utf8mb4)"
  shadow=
  fresh=
  raised=
  complete=
  ask() { "$client" "${connection[@]}" --batch --raw --skip-column-names -e "$1"; }
  feed() { "$client" "${connection[@]}" --batch --comments --max-allowed-packet=1G --default-character-set=utf8mb4; }
  # A row can need a larger packet as text than it needed when it was written.
  raise_packet() {
    local packet
    packet=$(ask "SELECT @@GLOBAL.max_allowed_packet")
    if [ "$packet" -lt 1073741824 ] && ask "SET GLOBAL max_allowed_packet = 1073741824" 2> /dev/null; then raised=$packet; fi
  }
  abandon_database() {
    if [ -n "$raised" ]; then ask "SET GLOBAL max_allowed_packet = $raised" || true; fi
    if [ -n "$complete" ]; then return; fi
    if [ -n "$shadow" ]; then ask "DROP DATABASE IF EXISTS $shadow" || true; fi
    if [ -n "$fresh" ]; then ask "$fresh" || true; fi
  }
  # Redirects the statements that name the database. A dump of another one must not reach it.
  redirect() {
    local from to other="SIGNAL SQLSTATE \"45000\" SET MESSAGE_TEXT=\"the version holds another database than the parameter db names\";"
    from=$(printf %s "$ident" | sed "s|[]\\\\/\$*.^[]|\\\\&|g")
    to=$(printf %s "$1" | sed "s|[\\\\/&]|\\\\&|g")
    sed -e "/^CREATE DATABASE /w $work/create.sql" \
      -e "s/^\(\/\*!40000 DROP DATABASE IF EXISTS \|CREATE DATABASE \/\*!32312 IF NOT EXISTS\*\/ \|USE \|ALTER DATABASE \)$from/\1$to/; t known" \
      -e "s/^\(\/\*!40000 DROP DATABASE IF EXISTS \|CREATE DATABASE \/\*!32312 IF NOT EXISTS\*\/ \|USE \)$tick.*/$other/" \
      -e ":known" -e "\$w $work/last"
  }
  check_end() {
    if ! grep -q "^-- Dump completed" "$work/last"; then
      echo "the stored dump is not complete$1" >&2
      exit 1
    fi
  }
  prepare_database() {
    local objects exists
    raise_packet
    if [ "$in_place" = true ]; then
      feed
      complete=yes
      return
    fi
    if [ "$(printf %s "$db" | wc -l)" -ne 0 ]; then
      echo "a database whose name has several lines can be restored in place only (inPlace)" >&2
      exit 1
    fi
    exists=$(ask "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = $literal")
    objects=$(ask "SELECT (SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = $literal)
      + (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = $literal)
      + (SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = $literal)")
    if [ "$objects" = 0 ]; then
      fresh="DROP DATABASE IF EXISTS $ident"
      if [ "$exists" != 0 ]; then fresh="$fresh; $(ask "SHOW CREATE DATABASE $ident" | cut -f2-)"; fi
      redirect "$ident" | feed
      check_end ": nothing of it is kept"
      complete=yes
      return
    fi
    shadow=bm_restore_$(od -An -N6 -tx1 /dev/urandom | tr -d " \\n")
    if ! ask "CREATE DATABASE $shadow; CREATE TABLE $shadow.probe (a INT); RENAME TABLE $shadow.probe TO $ident.$shadow; DROP TABLE $ident.$shadow"; then
      echo "the user cannot restore beside the old database, and then exchange it (that needs rights for databases bm_restore_…); to replace it at once: inPlace" >&2
      exit 1
    fi
    if ! redirect "$tick$shadow$tick" | feed; then
      echo "the server did not take the dump: the old database is as it was. (A row that is larger than max_allowed_packet? A reference to a table of the database by its full name? Then: inPlace)" >&2
      exit 1
    fi
    check_end ": the old database is as it was"
  }
  # Quotes a column, as part of a statement.
  quoted() { printf "CHAR(96), REPLACE(%s, CHAR(96), REPEAT(CHAR(96), 2)), CHAR(96)" "$1"; }
  exchange_database() {
    if [ -n "$complete" ]; then return; fi
    local name names views=() tables=$work/exchange.sql
    names=$(ask "SELECT HEX(TABLE_NAME) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = \"$shadow\"")
    for name in $names; do
      printf -v name %b "$(printf %s "$name" | sed "s/../\\\\x&/g")"
      views+=("$name")
    done
    local definitions=("$dump" "${connection[@]}" --no-data --skip-lock-tables --default-character-set=utf8mb4)
    : > "$work/definitions.sql"
    if [ "${#views[@]}" -gt 0 ]; then
      "${definitions[@]}" --skip-triggers -- "$shadow" "${views[@]}" >> "$work/definitions.sql"
    fi
    "${definitions[@]}" --no-create-info --triggers --routines --events -- "$shadow" >> "$work/definitions.sql"
    {
      ask "SELECT CONCAT(\"DROP TRIGGER $shadow.\", $(quoted TRIGGER_NAME), \";\") FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = \"$shadow\""
      echo "SET FOREIGN_KEY_CHECKS = 0; DROP DATABASE $ident; SET FOREIGN_KEY_CHECKS = 1;"
      cat -- "$work/create.sql"
      ask "SET SESSION group_concat_max_len = 1073741824;
        SELECT CONCAT(\"RENAME TABLE \", GROUP_CONCAT(CONCAT(\"$shadow.\", $(quoted TABLE_NAME), \" TO \", $(quoted "$literal"), \".\", $(quoted TABLE_NAME)) SEPARATOR \", \"), \";\")
        FROM information_schema.TABLES WHERE TABLE_SCHEMA = \"$shadow\" AND TABLE_TYPE <> \"VIEW\" HAVING COUNT(*) > 0"
      echo "USE $ident;"
      redirect_definitions
      echo "DROP DATABASE $shadow;"
    } > "$tables"
    if ! feed < "$tables"; then
      complete=yes
      echo "the exchange of the databases broke off: what is not in $ident is in $shadow, complete; restore again, then drop $shadow" >&2
      exit 1
    fi
    complete=yes
  }
  redirect_definitions() {
    local to
    to=$(printf %s "$ident" | sed "s|[\\\\/&]|\\\\&|g")
    sed "s/^ALTER DATABASE $tick$shadow$tick/ALTER DATABASE $to/" "$work/definitions.sql"
  }
  # All databases: the first statement is made once the whole dump is there, unless the server has nothing to lose.
  restore_server() {
    local databases
    raise_packet
    databases=$(ask "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN (\"mysql\", \"sys\", \"performance_schema\", \"information_schema\")")
    if [ "$in_place" = true ] || [ "$databases" = 0 ]; then
      feed
    else
      sed "\$w $work/last" | gzip --fast > "$work/dump.gz"
      check_end ": the databases are as they were"
      gzip --decompress --stdout "$work/dump.gz" | feed
    fi
    complete=yes
  }
  work=$(mktemp -d)
  trap "abandon_database; rm -rf -- \"\$work\"" EXIT
  if [ -n "$db" ]; then
    prepare_database
    exchange_database
  else
    restore_server
  fi
' mysql "shop" "false" --no-defaults --protocol=tcp --host="127.0.0.1" --port="3306" --user="backup"
