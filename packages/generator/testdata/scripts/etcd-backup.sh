#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

for name in "${!ETCDCTL_@}"; do unset "$name"; done
ETCDCTL_API=3
export ETCDCTL_API
ETCDCTL_USER="backup":"${BM_PARAMS_PASSWORD}"
export ETCDCTL_USER

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  # Without this first question a snapshot of a server that is not there waits for ever.
  etcdctl "$@" endpoint status > /dev/null
  etcdctl "$@" snapshot save "$work/snapshot.db" >&2
  cat -- "$work/snapshot.db"
' etcd --endpoints="http://127.0.0.1:2379"
