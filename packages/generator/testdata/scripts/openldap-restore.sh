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
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  (umask 077 && printf %s "$LDAP_PASSWORD" > "$work/password")
  cat > "$work/todo.ldif"
  if ! grep -q "^dn:" "$work/todo.ldif"; then
    echo "the stored version holds no entry" >&2
    exit 1
  fi
  status=0
  ldapsearch "$@" -y "$work/password" -LLL -b "$base" -s base 1.1 > /dev/null 2> "$work/log" || status=$?
  case $status in
    0) ldapdelete "$@" -y "$work/password" -r -- "$base" ;;
    # No such object, as in an empty directory: there is nothing to delete, and some servers crash when asked to.
    32) ;;
    *)
      cat -- "$work/log" >&2
      exit "$status"
      ;;
  esac
  before=$(grep -c "^dn:" "$work/todo.ldif")
  while :; do
    rm -f -- "$work/refused.ldif"
    status=0
    ldapadd "$@" -y "$work/password" -c -S "$work/refused.ldif" -f "$work/todo.ldif" > "$work/log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then exit 0; fi
    refused=0
    if [ -e "$work/refused.ldif" ]; then refused=$(grep -c "^dn:" "$work/refused.ldif" || true); fi
    if [ "$refused" -eq 0 ] || [ "$refused" -ge "$before" ]; then
      grep -v "^adding new entry" "$work/log" >&2 || true
      echo "$refused entries were refused: the directory is restored in part only" >&2
      exit "$status"
    fi
    before=$refused
    grep -v "^#" "$work/refused.ldif" > "$work/todo.ldif"
  done
' openldap "dc=example,dc=org" -x -H "ldap://127.0.0.1:389" -D "cn=admin,dc=example,dc=org"
