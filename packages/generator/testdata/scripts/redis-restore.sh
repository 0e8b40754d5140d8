#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"
REDISCLI_AUTH="${BM_PARAMS_PASSWORD}"
export REDISCLI_AUTH

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  host=$1
  port=$2
  user=$3
  script=$4
  shift 4
  password=${REDISCLI_AUTH:-}
  work=$(mktemp -d)
  server=
  trap "kill \$server 2>/dev/null && wait \$server || true; rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  cat > dump.rdb
  redis-check-rdb dump.rdb >&2
  redis-server --port 0 --unixsocket helper.sock --dbfilename dump.rdb --save "" --appendonly no --databases 10000 \
    --logfile helper.log --maxmemory 0 >&2 &
  server=$!
  helper() { env -u REDISCLI_AUTH redis-cli -s helper.sock "$@"; }
  until [ "$(helper PING 2>/dev/null)" = PONG ]; do
    kill -0 "$server" || { cat helper.log >&2; exit 1; }
    sleep 0.1
  done
  redis-cli "$@" --no-auth-warning -e FLUSHALL > /dev/null
  copied=$(printf %s "$password" | helper -e -x EVAL "$script" 0 "$host" "$port" "$user")
  echo "$copied keys" >&2
' redis "127.0.0.1" "6379" "backup" 'local host, port, user, password = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local copied = 0
for index in redis.call("INFO", "keyspace"):gmatch("db(%d+):") do
  redis.call("SELECT", index)
  local cursor = "0"
  repeat
    local page = redis.call("SCAN", cursor, "COUNT", "100")
    cursor = page[1]
    if #page[2] > 0 then
      local command = {"MIGRATE", host, port, "", index, "600000", "COPY", "REPLACE"}
      if password ~= "" then
        for _, word in ipairs(user == "" and {"AUTH", password} or {"AUTH2", user, password}) do
          table.insert(command, word)
        end
      end
      table.insert(command, "KEYS")
      for _, key in ipairs(page[2]) do table.insert(command, key) end
      redis.call(unpack(command))
      copied = copied + #page[2]
    end
  until cursor == "0"
end
return copied' -h "127.0.0.1" -p "6379" --user "backup"
