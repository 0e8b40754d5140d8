import { procedureImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { shellQuote } from '../template/index.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

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
    `
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"
redis-cli "$@" --no-auth-warning --rdb dump.rdb >&2
redis-check-rdb dump.rdb >&2
cat dump.rdb`,
  )} ${connection}`,
});

/**
 * Runs in the helper server: copies every key to the target (arguments: host, port, user, and the password, which
 * comes from standard input). MIGRATE keeps times to live, and takes keys of any bytes.
 */
const migrateScript = `
local host, port, user, password = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
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
return copied`;

/**
 * A dump cannot be sent to a running server, so a helper server reads it and copies its keys. The target is
 * emptied only after the helper has read the whole dump.
 */
const restore = restoreScript({
  setup,
  command: `${pipeline(
    'redis',
    `
host=$1
port=$2
user=$3
script=$4
shift 4
password=\${REDISCLI_AUTH:-}
work=$(mktemp -d)
server=
trap "kill \\$server 2>/dev/null && wait \\$server || true; rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"
cat > dump.rdb
redis-check-rdb dump.rdb >&2
redis-server --port 0 --unixsocket helper.sock --dbfilename dump.rdb --save "" --appendonly no --databases 10000 \\
  --logfile helper.log --maxmemory 0 >&2 &
server=$!
helper() { env -u REDISCLI_AUTH redis-cli -s helper.sock "$@"; }
until [ "$(helper PING 2>/dev/null)" = PONG ]; do
  kill -0 "$server" || { cat helper.log >&2; exit 1; }
  sleep 0.1
done
redis-cli "$@" --no-auth-warning -e FLUSHALL > /dev/null
copied=$(printf %s "$password" | helper -e -x EVAL "$script" 0 "$host" "$port" "$user")
echo "$copied keys" >&2`,
  )} {{ shellWord .Params.hostname }} {{ shellWord .Params.port }} {{ shellWord .Params.user }} ${shellQuote(migrateScript.trim())} ${connection}`,
});

export const redis: ProcedureTemplate = {
  name: 'redis',
  kind: 'internal',
  description: 'Redis: all its databases; a restore replaces them',
  image: procedureImage('redis'),
  parameters: [
    { name: 'hostname', type: 'string', default: '127.0.0.1', description: 'host name or address' },
    { name: 'port', type: 'integer', default: 6379, description: 'port' },
    { name: 'user', type: 'string', description: 'ACL user; empty: the default user' },
    { name: 'password', type: 'string', secret: true, description: "the user's password" },
  ],
  backup,
  restore,
};
