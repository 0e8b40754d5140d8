import { clientImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { unsetPrefixed } from './plain-environment.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const setup = `${unsetPrefixed('ETCDCTL_')}
ETCDCTL_API=3
export ETCDCTL_API
{{- if .Params.user }}
ETCDCTL_USER={{ shellWord .Params.user }}:{{ shellWord .Params.password }}
export ETCDCTL_USER
{{- end }}
`;

const backup = backupScript({
  setup,
  command: `${pipeline(
    'etcd',
    `
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
# Without this first question a snapshot of a server that is not there waits for ever.
etcdctl "$@" endpoint status > /dev/null
etcdctl "$@" snapshot save "$work/snapshot.db" >&2
cat -- "$work/snapshot.db"`,
  )} --endpoints={{ shellWord .Params.endpoint }}
{{- if .Params.caFile }} --cacert={{ shellWord .Params.caFile }}{{ end }}
{{- if .Params.certFile }} --cert={{ shellWord .Params.certFile }} --key={{ shellWord .Params.keyFile }}{{ end }}`,
});

/**
 * A snapshot becomes a new data folder; the member's old data is kept beside it. The switch is two renames, made
 * only after the snapshot's own digest has been checked.
 */
const restore = restoreScript({
  setup,
  command: `${pipeline(
    'etcd',
    `
data=$(realpath -m -- "$1")
shift
mkdir -p -- "$data"
if [ -e "$data/member/snap/db" ] && ! flock --nonblock "$data/member/snap/db" true; then
  echo "a member is running on $data: stop it first" >&2
  exit 1
fi
work=$(mktemp -d -- "$data/.restore-XXXXXX")
trap "rm -rf -- \\"\\$work\\"" EXIT
cat > "$work/snapshot.db"
tool=$(command -v etcdutl || command -v etcdctl)
"$tool" snapshot restore "$work/snapshot.db" --data-dir="$work/new" "$@" >&2
if [ -e "$data/member" ]; then
  mv -- "$data/member" "$data/member-replaced-$(date -u +%Y%m%dT%H%M%SZ)"
fi
mv -- "$work/new/member" "$data/member"
echo "restored into $data: start the member again" >&2`,
  )} {{ shellWord .Params.dataDir }} --name={{ shellWord .Params.name }}
{{- if .Params.initialCluster }} --initial-cluster={{ shellWord .Params.initialCluster }}{{ end }}
{{- if .Params.initialAdvertisePeerUrls }} --initial-advertise-peer-urls={{ shellWord .Params.initialAdvertisePeerUrls }}{{ end }}`,
});

export const etcd: ProcedureTemplate = {
  name: 'etcd',
  kind: 'internal',
  description: 'etcd 3: a snapshot of a member; restored into the data folder of a member that is stopped',
  image: clientImage,
  parameters: [
    {
      name: 'endpoint',
      type: 'string',
      default: 'http://127.0.0.1:2379',
      description: 'address of one member',
    },
    { name: 'user', type: 'string', description: 'user, where authentication is on' },
    { name: 'password', type: 'string', secret: true, description: "the user's password" },
    { name: 'caFile', type: 'string', description: "certificate of the server's authority" },
    { name: 'certFile', type: 'string', description: 'client certificate' },
    { name: 'keyFile', type: 'string', description: 'key of the client certificate' },
    {
      name: 'dataDir',
      type: 'string',
      default: '/var/lib/etcd',
      description: 'where to restore: the data folder of the stopped member',
    },
    { name: 'name', type: 'string', default: 'default', description: "the member's name, for restores" },
    { name: 'initialCluster', type: 'string', description: 'as `--initial-cluster`, for restores' },
    {
      name: 'initialAdvertisePeerUrls',
      type: 'string',
      description: 'as `--initial-advertise-peer-urls`, for restores',
    },
  ],
  backup,
  restore,
};
