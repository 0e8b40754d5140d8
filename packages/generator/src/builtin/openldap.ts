import { procedureImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const setup = `
LDAP_PASSWORD={{ shellWord .Params.password }}
export LDAP_PASSWORD
`;

const connection = '-x -H {{ shellWord .Params.uri }} -D {{ shellWord .Params.bindDn }}';

/** The password in a file of its own: the programs take it from an argument or a file only. */
const passwordFile = `
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
(umask 077 && printf %s "$LDAP_PASSWORD" > "$work/password")`;

const backup = backupScript({
  setup,
  command: `${pipeline(
    'openldap',
    `
base=$1
shift${passwordFile}
ldapsearch "$@" -y "$work/password" -LLL -o ldif-wrap=no -E pr=1000/noprompt -b "$base" -s sub "(objectClass=*)" "*"`,
  )} {{ shellWord .Params.baseDn }} ${connection}`,
});

/**
 * The whole LDIF is received before the first entry is deleted. An entry can stand before its parent (moved
 * subtrees), so refused ones are tried again until no more can be added.
 */
const restore = restoreScript({
  setup,
  command: `${pipeline(
    'openldap',
    `
base=$1
shift${passwordFile}
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
done`,
  )} {{ shellWord .Params.baseDn }} ${connection}`,
});

export const openldap: ProcedureTemplate = {
  name: 'openldap',
  kind: 'internal',
  description: 'the entries of an LDAP directory below one DN; a restore replaces them',
  image: procedureImage('openldap'),
  parameters: [
    { name: 'uri', type: 'string', default: 'ldap://127.0.0.1:389', description: 'address of the server' },
    { name: 'bindDn', type: 'string', required: true, description: 'DN that may read and write everything' },
    { name: 'password', type: 'string', secret: true, required: true, description: 'its password' },
    { name: 'baseDn', type: 'string', required: true, description: 'DN of the topmost entry' },
  ],
  backup,
  restore,
};
