export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What can be typed: commands below commands, each with its flags. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  /** Long and short, with their dashes. */
  readonly flags: readonly string[];
  readonly commands: readonly CommandTree[];
}

/** A script for the shell that completes commands and flags. */
export function completionScript(shell: Shell, program: CommandTree): string {
  switch (shell) {
    case 'bash':
      return bashScript(program);
    case 'zsh':
      return `#compdef ${program.name}\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`;
    case 'fish':
      return fishScript(program);
    default:
      return shell satisfies never;
  }
}

interface Place {
  readonly path: readonly string[];
  readonly tree: CommandTree;
}

/** Every command with the words that lead to it, deepest first, so that the first match is the best. */
function places(tree: CommandTree, path: readonly string[] = []): readonly Place[] {
  return [...tree.commands.flatMap((command) => places(command, [...path, command.name])), { path, tree }];
}

function bashScript(program: CommandTree): string {
  const identifier = `_${program.name.replaceAll('-', '_')}`;
  const cases = places(program).map(({ path, tree }) => {
    const words = [...tree.commands.map((command) => command.name), ...tree.flags];
    return `    ${JSON.stringify(`${path.join(' ')}${path.length > 0 ? ' ' : ''}`)}*) words=${JSON.stringify(words.join(' '))} ;;`;
  });
  return `${identifier}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1} " in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F ${identifier} ${program.name}
`;
}

function fishScript(program: CommandTree): string {
  const lines = places(program).flatMap(({ path, tree }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const condition = path.length === 0 ? '__fish_use_subcommand' : seen;
    const commands = tree.commands.map(
      ({ name, description }) => `-a ${name} -d '${description.replaceAll(/['\\]/g, '')}'`,
    );
    const flags = tree.flags.map((flag) =>
      flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
    );
    return [...commands, ...flags].map((what) => `complete -c ${program.name} -n '${condition}' ${what}`);
  });
  return `${lines.join('\n')}\n`;
}
