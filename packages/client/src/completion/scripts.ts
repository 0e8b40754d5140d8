import type { Candidate } from './complete.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The hidden command that the scripts ask. */
export const completeCommand = '__complete';

/** The answer of the hidden command: a candidate a line, behind a tab what it is. */
export function formatCandidates(candidates: readonly Candidate[]): string {
  return candidates.map(({ text, description }) => `${text}\t${description}\n`).join('');
}

/**
 * A script that makes the shell ask this program what fits, so that there is one place that knows. All words up to the
 * cursor go to it, the name of the program first. Where it knows nothing, or is not on the PATH, the shell completes
 * file names, as it does for any program.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

const bash = `_backup_maker() {
  local line
  COMPREPLY=()
  # Behind a redirection stands a file.
  [[ \${COMP_WORDS[COMP_CWORD - 1]} == *[\\<\\>] ]] && return
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(backup-maker ${completeCommand} -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2> /dev/null)
}
complete -o default -F _backup_maker backup-maker bmg
`;

const zsh = `#compdef backup-maker bmg
_backup-maker() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done < <(backup-maker ${completeCommand} -- "\${(@Q)words[1,CURRENT]}" 2> /dev/null)
  if (( $#candidates )); then
    _describe backup-maker candidates
  else
    compset -P '--*='
    _default
  fi
}
if [[ $funcstack[1] == _backup-maker ]]; then
  _backup-maker "$@"
else
  (( $+functions[compdef] )) || { autoload -U compinit && compinit; }
  compdef _backup-maker backup-maker bmg
fi
`;

const fish = `function __backup_maker_complete
  set -g __backup_maker_candidates (backup-maker ${completeCommand} -- (commandline -opc) (commandline -ct) 2> /dev/null)
  test (count $__backup_maker_candidates) -gt 0
end
complete -c backup-maker -n __backup_maker_complete -f -a '$__backup_maker_candidates'
complete -c bmg -n __backup_maker_complete -f -a '$__backup_maker_candidates'
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
