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
  store "$@"
' openldap "dc=example,dc=org" -x -H "ldap://127.0.0.1:389" -D "cn=admin,dc=example,dc=org"
