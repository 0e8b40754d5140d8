import { clientImage } from '../image.ts';
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

/** 7zz is the program of 7-Zip's author, 7z and 7za are older ports; all of them write .xz to a pipe. */
const findProgram = `
sevenzip=$(command -v 7zz || command -v 7z || command -v 7za) || {
  echo "7-Zip is not installed: none of 7zz, 7z, 7za is on the PATH" >&2
  exit 127
}`;

// 7-Zip's own format cannot be written to a pipe, and keeps no owners or permissions: tar does that, 7-Zip compresses.
const backup = backupScript({
  command: `${pipeline(
    '7zip',
    `${findProgram}${backupFolder}
cd -- "$1"
tolerated=$2
allow_empty=$3
level=$4
shift 4
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
list_folder "$allow_empty" > "$work/names"
store "$tolerated" tar ${createOptions} "$@" ${filesFrom}"$work/names" |
  "$sevenzip" a -an -txz -si -so -bd "-mx=$level"`,
  )} {{ shellWord .Params.path }} ${backupFlags} {{ shellWord .Params.level }} --sparse
{{- range .Params.exclude }} --exclude={{ shellWord . }}{{ end }}`,
});

const restore = restoreScript({
  command: `${pipeline(
    '7zip',
    `${findProgram}${restoreFolder}
trap abandon EXIT
open_target "$1" "$2"
"$sevenzip" x -txz -si -so -bd |
  tar ${extractOptions} --directory="$new"
finish
trap abandon EXIT`,
  )} {{ shellWord .Params.path }} ${restoreFlags}`,
});

export const sevenZip: ProcedureTemplate = {
  name: '7zip',
  kind: 'internal',
  description: 'a folder as `tar` stores it, compressed more strongly by 7-Zip (a .tar.xz)',
  image: clientImage,
  parameters: [
    { name: 'path', type: 'string', required: true, description: 'folder whose contents are stored' },
    excludeParameter,
    { name: 'level', type: 'integer', default: 5, description: '1 (fast) to 9 (small)' },
    ...folderParameters,
  ],
  backup,
  restore,
};
