/** The beginning of every built-in script: strict mode, and where the versions live. */
const head = `#!/usr/bin/env bash
set -eu -o pipefail

BM_URL={{ shellWord .Repository.url }}
BM_COLLECTION_ID={{ shellWord .Repository.collectionId }}
export BM_URL BM_COLLECTION_ID
{{- if .Repository.token }}
BM_AUTH_TOKEN={{ shellWord .Repository.token }}
export BM_AUTH_TOKEN
{{- end }}
`;

const backupArguments = `
set -- --log-level info
{{- if .Repository.encryptionKeyPath }}
set -- "$@" --key {{ shellWord .Repository.encryptionKeyPath }}
{{- end }}
{{- if .Repository.recipient }}
set -- "$@" --recipient {{ shellWord .Repository.recipient }}
{{- end }}
`;

const restoreArguments = `{{- if .Repository.passphrase }}
BM_PASSPHRASE={{ shellWord .Repository.passphrase }}
export BM_PASSPHRASE
{{- end }}

set -- --log-level info --version "\${RESTORE_VERSION:-latest}"
{{- if .Repository.encryptionKeyPath }}
set -- "$@" --private-key {{ shellWord .Repository.encryptionKeyPath }}
{{- end }}
`;

export interface ScriptParts {
  /** Shell text before the client starts, as a template: variables for the command. */
  readonly setup?: string;
  /** The command whose output is stored, or that is fed with it: words of a shell command line, as a template. */
  readonly command: string;
}

/** A backup script: what `command` prints becomes a version, only if it ends with 0. */
export function backupScript({ setup, command }: ScriptParts): string {
  return `${head}${backupArguments}${section(setup)}\nexec backup-maker make "$@" -- ${command}\n`;
}

/** A restore script: `command` reads the version from its standard input. */
export function restoreScript({ setup, command }: ScriptParts): string {
  return `${head}${restoreArguments}${section(setup)}\nexec backup-maker restore "$@" -- ${command}\n`;
}

function section(text: string | undefined): string {
  return text === undefined ? '' : `\n${text.trim()}\n`;
}

/**
 * Words that run a pipeline in a strict shell of its own; its arguments are the words behind it. Without
 * `--norc` bash reads the user's start-up file when its standard input is a socket, as between Node processes;
 * without `-p` it takes functions, BASH_ENV and CDPATH from the user's environment.
 */
export function pipeline(name: string, script: string): string {
  const indented = script
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
  return `bash --norc -p -eu -o pipefail -c '\n${indented}\n' ${name}`;
}
