import { clientImage } from '../image.ts';
import type { ParameterSchema } from '../procedure/parameter.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import {
  backupFlags,
  backupFolder,
  createOptions,
  excludeParameter,
  extractOptions,
  filesFrom,
  folderParameters,
  restoreFlags,
  restoreFolder,
} from './folder.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const parameters: readonly ParameterSchema[] = [
  { name: 'path', type: 'string', required: true, description: 'folder whose contents are stored' },
  excludeParameter,
  {
    name: 'compression',
    type: 'string',
    choices: ['gzip', 'zstd', 'none'],
    default: 'gzip',
    description: 'must be the same when restoring',
  },
  {
    name: 'oneFileSystem',
    type: 'boolean',
    default: false,
    description: 'leave out what is mounted inside the folder',
  },
  ...folderParameters,
];

const compression = `{{ if ne .Params.compression "none" }} --{{ .Params.compression }}{{ end }}`;

const backup = backupScript({
  command: `${pipeline(
    'tar',
    `${backupFolder}
cd -- "$1"
tolerated=$2
allow_empty=$3
shift 3
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
list_folder "$allow_empty" > "$work/names"
store "$tolerated" tar ${createOptions} "$@" ${filesFrom}"$work/names"`,
  )} {{ shellWord .Params.path }} ${backupFlags} --sparse${compression}
{{- if eq (printf "%v" .Params.oneFileSystem) "true" }} --one-file-system{{ end }}
{{- range .Params.exclude }} --exclude={{ shellWord . }}{{ end }}`,
});

/**
 * Versions of the original hold the folder's whole path, without the slash in front; what we store begins with `./`. `S`:
 * targets of symbolic links stay as they are.
 */
const withoutPath = `prefix=\${1#"\${1%%[!/]*}"}
prefix=\${prefix%"\${prefix##*[!/]}"}
prefix=$(printf "%s." "$prefix" | sed "s/[][\\\\.*^$,]/\\\\\\\\&/g")
prefix=\${prefix%?}
prefix=\${prefix%?}`;

const restore = restoreScript({
  command: `${pipeline(
    'tar',
    `${restoreFolder}
trap abandon EXIT
open_target "$1" "$2"
${withoutPath}
shift 2
tar ${extractOptions} --directory="$new" \${prefix:+"--transform=s,^$prefix\\\\(/\\\\|$\\\\),./,S"} "$@"
finish
trap abandon EXIT`,
  )} {{ shellWord .Params.path }} ${restoreFlags}${compression}`,
});

export const tar: ProcedureTemplate = {
  name: 'tar',
  kind: 'internal',
  description:
    'a folder, with owners (by number), permissions, times, ACLs, user attributes and capabilities; a restore keeps files that are not in the version',
  image: clientImage,
  backup,
  restore,
  parameters,
};

export const files: ProcedureTemplate = { ...tar, name: 'files', description: 'another name of tar' };
