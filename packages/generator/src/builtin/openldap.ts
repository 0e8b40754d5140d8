import { clientImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { plainEnvironment } from './plain-environment.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const setup = `
LDAP_PASSWORD={{ shellWord .Params.password }}
export LDAP_PASSWORD
`;

const connection = '-x -H {{ shellWord .Params.uri }} -D {{ shellWord .Params.bindDn }}';

/**
 * The password in a file of its own: the programs take it from an argument or a file only. They look for the user's
 * settings in the home folder and in the current one; the system's own stay, because they name its authorities.
 */
const passwordFile = `${plainEnvironment('LDAPRC', 'LDAPURI', 'LDAPBASE', 'LDAPBINDDN', 'LDAPHOST', 'LDAPPORT', 'LDAPDEREF', 'LDAPSIZELIMIT', 'LDAPTIMELIMIT', 'LDAPREFERRALS', 'LDAPSASL_MECH', 'LDAPNOINIT')}
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"
HOME=$work
export HOME
(umask 077 && printf %s "$LDAP_PASSWORD" > "$work/password")`;

/** No limit of the client, and aliases as they are; `store` gives the entries below the base. */
const search = `
store() {
  ldapsearch "$@" -y "$work/password" -LLL -z none -l none -a never -o ldif-wrap=no -E pr=1000/noprompt \\
    -b "$base" -s sub "(objectClass=*)" "*"
}`;

const backup = backupScript({
  setup,
  command: `${pipeline(
    'openldap',
    `
base=$1
shift${passwordFile}${search}
store "$@"`,
  )} {{ shellWord .Params.baseDn }} ${connection}`,
});

/**
 * The whole LDIF is received before the first entry is deleted, and the old entries are kept, to be put back after a
 * failure. An entry can stand before its parent (moved subtrees), so refused ones are tried again until no more can be added.
 */
const restore = restoreScript({
  setup,
  command: `${pipeline(
    'openldap',
    `
base=$1
shift${passwordFile}${search}
connection=("$@")
replaced=
put_back() {
  if [ -n "$replaced" ]; then
    echo "the restore failed: the old entries are put back" >&2
    ldapdelete "\${connection[@]}" -y "$work/password" -r -- "$base" 2> /dev/null || true
    if ! add_all old.ldif; then
      cp -- old.ldif "\${TMPDIR:-/tmp}/openldap-before-restore.ldif"
      echo "that failed too: they are in \${TMPDIR:-/tmp}/openldap-before-restore.ldif" >&2
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
    ldapadd "\${connection[@]}" -y "$work/password" -c -S refused.ldif -f todo.ldif > log 2>&1 || status=$?
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
replaced=`,
  )} {{ shellWord .Params.baseDn }} ${connection}`,
});

export const openldap: ProcedureTemplate = {
  name: 'openldap',
  kind: 'internal',
  description: 'the entries of an LDAP directory below one DN; a restore replaces them',
  image: clientImage,
  parameters: [
    { name: 'uri', type: 'string', default: 'ldap://127.0.0.1:389', description: 'address of the server' },
    { name: 'bindDn', type: 'string', required: true, description: 'DN that may read and write everything' },
    { name: 'password', type: 'string', secret: true, required: true, description: 'its password' },
    { name: 'baseDn', type: 'string', required: true, description: 'DN of the topmost entry' },
  ],
  backup,
  restore,
};
