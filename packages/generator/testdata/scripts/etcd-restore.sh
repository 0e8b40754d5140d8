#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"

for name in "${!ETCDCTL_@}"; do unset "$name"; done
ETCDCTL_API=3
export ETCDCTL_API
ETCDCTL_USER="backup":"${BM_PARAMS_PASSWORD}"
export ETCDCTL_USER

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  data=$(realpath -m -- "$1")
  shift
  mkdir -p -- "$data"
  if [ -e "$data/member/snap/db" ] && ! flock --nonblock "$data/member/snap/db" true; then
    echo "a member is running on $data: stop it first" >&2
    exit 1
  fi
  work=$(mktemp -d -- "$data/.restore-XXXXXX")
  trap "rm -rf -- \"\$work\"" EXIT
  cat > "$work/snapshot.db"
  tool=$(command -v etcdutl || command -v etcdctl)
  "$tool" snapshot restore "$work/snapshot.db" --data-dir="$work/new" "$@" >&2
  if [ -e "$data/member" ]; then
    mv -- "$data/member" "$data/member-replaced-$(date -u +%Y%m%dT%H%M%SZ)"
  fi
  mv -- "$work/new/member" "$data/member"
  echo "restored into $data: start the member again" >&2
' etcd "/var/lib/etcd" --name="default"
