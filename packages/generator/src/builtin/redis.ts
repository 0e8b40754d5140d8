import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { shellQuote } from '../template/index.ts';
import { plainEnvironment } from './plain-environment.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const environment = plainEnvironment('REDISCLI_RCFILE', 'REDISCLI_HISTFILE', 'REDISCLI_CLUSTER_YES');

const setup = `
{{- if .Params.password }}
REDISCLI_AUTH={{ shellWord .Params.password }}
export REDISCLI_AUTH
{{- end }}
`;

const connection =
  '-h {{ shellWord .Params.hostname }} -p {{ shellWord .Params.port }}{{ if .Params.user }} --user {{ shellWord .Params.user }}{{ end }}';

// A file in between: redis-cli writes the dump to a pipe too, but ends with 0 when it was cut off.
const backup = backupScript({
  setup,
  command: `${pipeline(
    'redis',
    `${environment}
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"
redis-cli "$@" --no-auth-warning --rdb dump.rdb >&2
redis-check-rdb dump.rdb >&2
cat dump.rdb`,
  )} ${connection}`,
});

/**
 * Runs in the helper server: copies every key to the target, or only tries to (arguments: host, port, user, what, and
 * the password, which comes from standard input). MIGRATE keeps times to live, and takes keys of any bytes.
 */
const migrateScript = `
local host, port, user, what, password = unpack(ARGV)
local function migrate(index, keys)
  local command = {"MIGRATE", host, port, "", index, "600000", "COPY", "REPLACE"}
  if password ~= "" then
    for _, word in ipairs(user == "" and {"AUTH", password} or {"AUTH2", user, password}) do
      table.insert(command, word)
    end
  end
  table.insert(command, "KEYS")
  for _, key in ipairs(keys) do table.insert(command, key) end
  redis.call(unpack(command))
end
if what ~= "all" then
  redis.call("SET", what, "", "EX", "600")
  migrate("0", {what})
  redis.call("DEL", what)
  return 0
end
local copied = 0
for index in redis.call("INFO", "keyspace"):gmatch("db(%d+):") do
  redis.call("SELECT", index)
  local cursor = "0"
  repeat
    local page = redis.call("SCAN", cursor, "COUNT", "100")
    cursor = page[1]
    if #page[2] > 0 then
      migrate(index, page[2])
      copied = copied + #page[2]
    end
  until cursor == "0"
end
return copied`;

/**
 * A dump cannot be sent to a running server, so a helper server reads it and copies its keys. Before the target is
 * emptied, one key has been copied on trial, and the target's own data have been fetched, to be put back after a failure.
 */
const restore = restoreScript({
  setup,
  command: `${pipeline(
    'redis',
    `${environment}
host=$1
port=$2
user=$3
script=$4
in_place=$5
shift 5
password=\${REDISCLI_AUTH:-}
work=$(mktemp -d)
server=
old=
stop_helper() { kill $server 2> /dev/null && wait $server || true; }
finish() {
  if [ -n "$old" ]; then
    echo "the restore failed: the old data are put back" >&2
    stop_helper
    if ! { serve "$old" && replace; }; then
      cp -- "$old" "\${TMPDIR:-/tmp}/redis-before-restore.rdb"
      echo "that failed too: they are in \${TMPDIR:-/tmp}/redis-before-restore.rdb" >&2
    fi
  fi
  stop_helper
  rm -rf -- "$work"
}
trap finish EXIT
cd -- "$work"
target() { redis-cli "\${connection[@]}" --no-auth-warning "$@"; }
connection=("$@")
helper() { env -u REDISCLI_AUTH redis-cli -s helper.sock "$@"; }
serve() {
  redis-check-rdb "$1" >&2
  redis-server --port 0 --unixsocket helper.sock --dbfilename "$1" --save "" --appendonly no --databases 10000 \\
    --logfile helper.log --maxmemory 0 >&2 &
  server=$!
  until [ "$(helper PING 2> /dev/null)" = PONG ]; do
    kill -0 "$server" || { cat helper.log >&2; return 1; }
    sleep 0.1
  done
}
migrate() { printf %s "$password" | helper -e -x EVAL "$script" 0 "$host" "$port" "$user" "$1"; }
evicted() { target INFO stats | tr -d "\\\\r" | sed -n "s/^evicted_keys://p"; }
replace() {
  local copied before
  before=$(evicted)
  target -e FLUSHALL > /dev/null || return
  copied=$(migrate all) || return
  # Function libraries, which are no keys; servers before version 7 have none.
  if helper -e --raw FUNCTION DUMP > functions 2> /dev/null; then
    head -c -1 functions > payload
    if ! target -e -X payload FUNCTION RESTORE payload FLUSH < payload > answer 2>&1 && [ -n "$(helper FUNCTION LIST)" ]; then
      cat answer >&2
      return 1
    fi
  fi
  if [ "$before" != "$(evicted)" ]; then
    echo "the server evicted keys because of its maxmemory" >&2
    return 1
  fi
  echo "$copied keys" >&2
}
cat > dump.rdb
target -e PING > /dev/null
serve dump.rdb
if [ "$in_place" != true ]; then
  probe=backup-maker:$(od -An -N16 -tx1 /dev/urandom | tr -d " \\\\n")
  if ! migrate "$probe" > /dev/null || ! target -e DEL "$probe" > /dev/null; then
    echo "the server does not take keys: its data are as they were" >&2
    exit 1
  fi
  if target -e INFO keyspace | grep -c "^db" > /dev/null; then
    if ! target --rdb old.rdb >&2 || ! redis-check-rdb old.rdb >&2; then
      echo "the data that are there cannot be fetched, to be put back after a failure (to do without: inPlace)" >&2
      exit 1
    fi
    old=old.rdb
  fi
fi
replace
old=`,
  )} {{ shellWord .Params.hostname }} {{ shellWord .Params.port }} {{ shellWord .Params.user }} ${shellQuote(migrateScript.trim())} {{ shellWord .Params.inPlace }} ${connection}`,
});

export const redis: ProcedureTemplate = {
  name: 'redis',
  kind: 'internal',
  description:
    'Redis: all its databases and functions; a restore replaces them (not: ACL users, configuration)',
  image: 'docker.io/library/redis:8',
  inject: true,
  parameters: [
    { name: 'hostname', type: 'string', default: '127.0.0.1', description: 'host name or address' },
    { name: 'port', type: 'integer', default: 6379, description: 'port' },
    { name: 'user', type: 'string', description: 'ACL user; empty: the default user' },
    { name: 'password', type: 'string', secret: true, description: "the user's password" },
    {
      name: 'inPlace',
      type: 'boolean',
      default: false,
      description:
        'restore without fetching the old data first, which need space in `/tmp`; a failure leaves a part',
    },
  ],
  backup,
  restore,
};
