# Part of .ci/charts: two servers on a PostgreSQL and an object storage of this machine, replaced during an upload.

start_postgres() {
  local bin
  bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)")
  install -d -o nobody -m 700 "$work/pg"
  chmod 711 "$work"
  setpriv --reuid=nobody --clear-groups "$bin/initdb" -D "$work/pg" -U postgres --auth=trust >"$work/pg.log" 2>&1 || fail "initdb: $(tail -n 2 "$work/pg.log")"
  echo "host all all 10.244.0.0/16 trust" >>"$work/pg/pg_hba.conf"
  setpriv --reuid=nobody --clear-groups "$bin/postgres" -D "$work/pg" -k "$work/pg" -h "$host" -p 25432 >"$work/pg.log" 2>&1 &
  own_processes+=($!)
  until_it_works "$bin/createdb" -h "$work/pg" -p 25432 -U postgres backups
}

start_object_storage() {
  mkdir -p "$work/s3/backups"
  ROOT_ACCESS_KEY=access ROOT_SECRET_KEY=secret-key versitygw --port "$host:27070" posix "$work/s3" >"$work/s3.log" 2>&1 &
  own_processes+=($!)
  until_it_works curl -s "http://$host:27070/"
}

until_it_works() { # COMMAND…
  for _ in $(seq 1 150); do
    "$@" >/dev/null 2>&1 && return
    read -rt 0.2 <> <(:)
  done
  fail "$1 did not work within 30 seconds"
}

pair_chart() { # ARGUMENT…
  helm upgrade --install pair charts/backup-repository-server --namespace pair --set installCRD=false --set replicaCount=2 --set health.readiness.attributes.periodSeconds=2 \
    --set secrets.spec.BR_DB_HOSTNAME="$host",secrets.spec.BR_DB_PORT=25432,secrets.spec.BR_DB_NAME=backups \
    --set secrets.spec.AWS_ACCESS_KEY_ID=access,secrets.spec.AWS_SECRET_ACCESS_KEY=secret-key \
    --set env.BR_STORAGE_DRIVER_URL="s3://backups?endpoint=http://$host:27070&region=us-east-1&s3ForcePathStyle=true" \
    --wait --timeout 120s "$@" >"$work/helm" 2>&1 || { cat "$work/helm"; fail 'helm upgrade --install of two servers'; }
}

# A client that sends a megabyte each second through the Service until it is told to end, then restores all and compares.
start_slow_upload() { # URL
  kubectl -n pair apply -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: upload}
spec:
  restartPolicy: Never
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: upload
      image: ghcr.io/backup-maker/backup-maker:$chart_version
      env:
        - {name: BM_URL, value: "$1"}
        - {name: BM_COLLECTION_ID, value: shop-files}
        - {name: BM_PASSWORD, value: correct-horse}
      command:
        - bash
        - -ec
        - |
          cd /tmp
          backup-maker keygen --email shop@example.org
          export BM_AUTH_TOKEN=\$(backup-maker login --username shop)
          until [ -e end ]; do head -c 1000000 /dev/urandom; sleep 1; done | tee sent |
            backup-maker make --key backup.pub.asc --cmd cat
          backup-maker restore --private-key backup.key.asc --cmd 'cmp - /tmp/sent'
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
Y
}

active_uploads() { # of all servers
  local pod
  for pod in $(kubectl -n pair get pods -l app.kubernetes.io/instance=pair -o jsonpath='{.items[*].status.podIP}'); do
    curl -s "http://$pod:8080/metrics" | grep '^backup_repository_active_uploads [1-9]'
  done | grep -q .
}

replace_servers_during_upload() {
  is_old && { say "two servers: left out: $version has no Services"; return; }
  command -v versitygw >/dev/null || { say 'two servers: left out: needs versitygw'; return; }
  local before
  start_postgres
  start_object_storage
  pair_chart
  apply_user_and_collection pair
  say 'two servers on PostgreSQL and S3'
  start_slow_upload http://pair-backup-repository-server.pair.svc:8080
  until_it_works active_uploads
  before=$(kubectl -n pair get pods -l app.kubernetes.io/instance=pair -o name | sort)
  pair_chart --set podLabels.changed=yes --set terminationGracePeriodSeconds=5
  [ "$(kubectl -n pair get pods -l app.kubernetes.io/instance=pair -o name | sort | comm -12 - <(echo "$before"))" = '' ] ||
    kubectl -n pair wait --for=delete $before --timeout=60s >/dev/null || fail 'servers were not replaced'
  [ "$(kubectl -n pair get pod upload -o jsonpath='{.status.phase}')" = Running ] || fail 'the upload ended before the servers were replaced'
  say 'both servers replaced during an upload'
  kubectl -n pair exec upload -- touch /tmp/end || fail 'the upload cannot be ended'
  kubectl -n pair wait --for=jsonpath='{.status.phase}'=Succeeded pod/upload --timeout=120s >/dev/null || fail 'the upload, or the restore of it'
  say 'the upload is whole'
}
