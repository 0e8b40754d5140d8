#!/usr/bin/env bash
set -eu -o pipefail

BM_URL="https://backups.example.org"
BM_COLLECTION_ID="shop"
export BM_URL BM_COLLECTION_ID

set -- --log-level info
set -- "$@" --key "/mnt/secrets/gpg-key"

LDAP_PASSWORD="${BM_PARAMS_PASSWORD}"
export LDAP_PASSWORD

exec backup-maker make "$@" -- bash --norc -p -eu -o pipefail -c '
  base=$1
  shift
  work=$(mktemp -d)
  trap "rm -rf -- \"\$work\"" EXIT
  (umask 077 && printf %s "$LDAP_PASSWORD" > "$work/password")
  ldapsearch "$@" -y "$work/password" -LLL -o ldif-wrap=no -E pr=1000/noprompt -b "$base" -s sub "(objectClass=*)" "*"
' openldap "dc=example,dc=org" -x -H "ldap://127.0.0.1:389" -D "cn=admin,dc=example,dc=org"
