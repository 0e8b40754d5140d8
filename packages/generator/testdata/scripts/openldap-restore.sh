#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info --version "${RESTORE_VERSION:-latest}"
set -- "$@" --private-key "/mnt/secrets/gpg-key"

LDAP_PASSWORD="${BM_PARAMS_PASSWORD}"
export LDAP_PASSWORD

exec backup-maker restore "$@" -- bash --norc -p -eu -o pipefail -c '
  base=$1
  shift
  { LC_ALL=C.UTF-8; } 2> /dev/null
  export LC_ALL
  unset LANGUAGE POSIXLY_CORRECT LDAPRC LDAPURI LDAPBASE LDAPBINDDN LDAPHOST LDAPPORT LDAPDEREF LDAPSIZELIMIT LDAPTIMELIMIT LDAPREFERRALS LDAPSASL_MECH LDAPNOINIT
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  cd -- "$work"
  HOME=$work
  export HOME
  (umask 077 && printf %s "$LDAP_PASSWORD" > "$work/password")
  store() {
    ldapsearch "$@" -y "$work/password" -LLL -z none -l none -a never -o ldif-wrap=no -E pr=1000/noprompt \
      -b "$base" -s sub "(objectClass=*)" "*"
  }
  connection=("$@")
  replaced=
  put_back() {
    if [ -n "$replaced" ]; then
      echo "the restore failed: the old entries are put back" >&2
      ldapdelete "${connection[@]}" -y "$work/password" -r -- "$base" 2> /dev/null || true
      if ! add_all old.ldif; then
        cp -- old.ldif "${TMPDIR:-/tmp}/openldap-before-restore.ldif"
        echo "that failed too: they are in ${TMPDIR:-/tmp}/openldap-before-restore.ldif" >&2
      fi
    fi
    rm -rf -- "$work"
  }
  trap put_back EXIT
  add_all() {
    local before refused status
    cp -- "$1" todo.ldif
    before=$(grep -c "^dn:" todo.ldif)
    while :; do
      rm -f -- refused.ldif
      status=0
      ldapadd "${connection[@]}" -y "$work/password" -c -S refused.ldif -f todo.ldif > log 2>&1 || status=$?
      if [ "$status" -eq 0 ]; then return 0; fi
      refused=0
      if [ -e refused.ldif ]; then refused=$(grep -c "^dn:" refused.ldif || true); fi
      if [ "$refused" -eq 0 ] || [ "$refused" -ge "$before" ]; then
        grep -v "^adding new entry" log >&2 || true
        echo "$refused entries were refused" >&2
        return "$status"
      fi
      before=$refused
      grep -v "^#" refused.ldif > todo.ldif
    done
  }
  cat > new.ldif
  if ! grep -q "^dn:" new.ldif; then
    echo "the stored version holds no entry" >&2
    exit 1
  fi
  status=0
  store "$@" > old.ldif 2> log || status=$?
  case $status in
    0)
      replaced=yes
      ldapdelete "$@" -y "$work/password" -r -- "$base"
      ;;
    # No such object, as in an empty directory: there is nothing to delete, and some servers crash when asked to.
    32) ;;
    *)
      cat log >&2
      exit "$status"
      ;;
  esac
  add_all new.ldif
  replaced=
' openldap "dc=example,dc=org" -x -H "ldap://127.0.0.1:389" -D "cn=admin,dc=example,dc=org"
