import type { Completion } from './complete.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The hidden command that the scripts ask. */
export const completeCommand = '__complete';

const filesLine = ':files';

/** The answer of the hidden command: a candidate a line, behind a tab what it is. */
export function formatCompletion({ candidates, files }: Completion): string {
  const lines = candidates.map(({ text, description }) => `${text}\t${description}`);
  return [...lines, ...(files ? [filesLine] : [])].map((line) => `${line}\n`).join('');
}

/**
 * A script that makes the shell ask this program what fits, so that there is one place that knows. All words up to the
 * cursor go to it, the name of the program first.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

const bash = `_backup_maker() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${filesLine} ]]; then
      compopt -o default
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(backup-maker ${completeCommand} -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2> /dev/null)
}
complete -F _backup_maker backup-maker bmg
`;

const zsh = `#compdef backup-maker bmg
_backup-maker() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == ${filesLine} ]]; then
      _files
    else
      candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
    fi
  done < <(backup-maker ${completeCommand} -- "\${(@Q)words[1,CURRENT]}" 2> /dev/null)
  (( $#candidates )) && _describe backup-maker candidates
}
if [[ $funcstack[1] == _backup-maker ]]; then
  _backup-maker "$@"
else
  (( $+functions[compdef] )) || { autoload -U compinit && compinit }
  compdef _backup-maker backup-maker bmg
fi
`;

const fish = `function __backup_maker_complete
  set -l current (commandline -ct)
  for line in (backup-maker ${completeCommand} -- (commandline -opc) "$current" 2> /dev/null)
    if test "$line" = ${filesLine}
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c backup-maker -f -a '(__backup_maker_complete)'
complete -c bmg -f -a '(__backup_maker_complete)'
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
