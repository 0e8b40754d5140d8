import { clientImage } from '../image.ts';
import type { ParameterSchema } from '../procedure/parameter.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const parameters: readonly ParameterSchema[] = [
  { name: 'path', type: 'string', required: true, description: 'folder whose contents are stored' },
  { name: 'exclude', type: 'list', description: 'patterns of files to leave out, as for `tar --exclude`' },
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
  {
    name: 'tolerateChanges',
    type: 'boolean',
    default: false,
    description: 'store the folder even when a file changed while it was read',
  },
];

const compression = `{{ if ne .Params.compression "none" }} --{{ .Params.compression }}{{ end }}`;

// The folder itself is not a member: its owner and times are those of a mount that a restore may not change.
const backup = backupScript({
  command: `${pipeline(
    'tar',
    `
cd -- "$1"
tolerated=$2
shift 2
codes=(0 0)
find . -mindepth 1 -maxdepth 1 -print0 |
  tar --create --format=posix --file=- "$@" --null --verbatim-files-from --files-from=- || codes=("\${PIPESTATUS[@]}")
if [ "\${codes[0]}" -eq 0 ] && [ "\${codes[1]}" -eq 1 ] && [ "$tolerated" = true ]; then
  echo "some files changed while they were read" >&2
  exit 0
fi
exit "$((codes[0] > codes[1] ? codes[0] : codes[1]))"`,
  )} {{ shellWord .Params.path }} {{ shellWord .Params.tolerateChanges }} --sparse${compression}
{{- if eq (printf "%v" .Params.oneFileSystem) "true" }} --one-file-system{{ end }}
{{- range .Params.exclude }} --exclude={{ shellWord . }}{{ end }}`,
});

const restore = restoreScript({
  setup: 'mkdir -p -- {{ shellWord .Params.path }}',
  command: `tar --extract --file=- --directory={{ shellWord .Params.path }} --preserve-permissions${compression}`,
});

export const tar: ProcedureTemplate = {
  name: 'tar',
  kind: 'internal',
  description: 'a folder, with owners, permissions and times',
  image: clientImage,
  backup,
  restore,
  parameters,
};

export const files: ProcedureTemplate = { ...tar, name: 'files', description: 'another name of tar' };
