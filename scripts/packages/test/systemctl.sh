#!/bin/bash
# For tests, in place of systemd, which does not run in a bare root: starts and stops what a unit says, as its user, with
# its environment and capabilities. systemctl [enable|disable] --now UNIT | start|stop|restart|is-active UNIT
set -euo pipefail

command=$1
unit=${*: -1}
unit=${unit%.service}
file=/usr/lib/systemd/system/$unit.service
pid_file=/run/$unit.pid

setting() { sed -n "s/^$1=//p" "$file"; }

start() {
  local user environment=() capabilities
  user=$(setting User)
  user=${user:-root}
  mapfile -t environment < <(
    setting Environment | tr ' ' '\n'
    # A dash is before those that need not be there.
    setting EnvironmentFile | sed 's/^-//' | while read -r path; do [ ! -e "$path" ] || grep -Ev '^(#|$)' "$path" || true; done
  )
  # An empty setting takes all away.
  capabilities=$(setting CapabilityBoundingSet | tr ' ' '\n' | sed -n 's/^CAP_\(.*\)/,+\L\1/p' | tr -d '\n')
  # shellcheck disable=SC2016 # the unit's own $OPTIONS, divided into words as systemd does it
  setpriv --reuid "$user" --regid "$user" --init-groups --bounding-set "-all$capabilities" --inh-caps=-all -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin "${environment[@]}" \
    sh -c "umask $(setting UMask | grep . || echo 0022); exec $(setting ExecStart)" >>"/var/log/$unit.log" 2>&1 &
  echo $! >"$pid_file"
  # Ready when its port answers, which a client would otherwise have to try.
  for _ in $(seq 300); do
    kill -0 "$(cat "$pid_file")" || { cat "/var/log/$unit.log" >&2; return 1; }
    (: </dev/tcp/127.0.0.1/8080) 2>/dev/null && return 0
    sleep 0.1
  done
  echo "$unit does not listen" >&2
  return 1
}

stop() {
  [ -e "$pid_file" ] || return 0
  local pid
  pid=$(cat "$pid_file")
  kill "$pid"
  tail --pid "$pid" -f /dev/null
  rm "$pid_file"
}

case $command in
  enable | start) start ;;
  disable | stop) stop ;;
  restart)
    stop
    start
    ;;
  *) echo "systemctl $command is not for tests" >&2 && exit 1 ;;
esac
