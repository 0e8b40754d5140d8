import { clientImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
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
    `${findProgram}
cd -- "$1"
level=$2
shift 2
find . -mindepth 1 -maxdepth 1 -print0 |
  tar --create --format=posix --file=- "$@" --null --verbatim-files-from --files-from=- |
  "$sevenzip" a -an -txz -si -so -bd "-mx=$level"`,
  )} {{ shellWord .Params.path }} {{ shellWord .Params.level }} --sparse
{{- range .Params.exclude }} --exclude={{ shellWord . }}{{ end }}`,
});

const restore = restoreScript({
  setup: 'mkdir -p -- {{ shellWord .Params.path }}',
  command: `${pipeline(
    '7zip',
    `${findProgram}
"$sevenzip" x -txz -si -so -bd |
  tar --extract --file=- --directory="$1" --preserve-permissions`,
  )} {{ shellWord .Params.path }}`,
});

export const sevenZip: ProcedureTemplate = {
  name: '7zip',
  kind: 'internal',
  description: 'a folder, compressed more strongly by 7-Zip (a .tar.xz)',
  image: clientImage,
  parameters: [
    { name: 'path', type: 'string', required: true, description: 'folder whose contents are stored' },
    { name: 'exclude', type: 'list', description: 'patterns of files to leave out, as for `tar --exclude`' },
    { name: 'level', type: 'integer', default: 5, description: '1 (fast) to 9 (small)' },
  ],
  backup,
  restore,
};
