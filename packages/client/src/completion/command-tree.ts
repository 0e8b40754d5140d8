import type { Command, Option } from 'commander';

/** What can be typed behind a command: commands below it, its flags, and arguments. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly commands: readonly CommandTree[];
  readonly argumentChoices: readonly string[];
}

export interface Flag {
  /** Short and long, with their dashes. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for a flag that takes no value. */
  readonly value: { readonly choices: readonly string[]; readonly isPath: boolean } | undefined;
}

/** Not for people, so neither in the help nor completed. */
const hiddenPrefix = '__';

export function commandTree(command: Command): CommandTree {
  return {
    name: command.name(),
    description: command.description(),
    flags: command.createHelp().visibleOptions(command).map(flagOf),
    commands: command.commands.filter((below) => !below.name().startsWith(hiddenPrefix)).map(commandTree),
    argumentChoices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

function flagOf({ short, long, description, required, argChoices, flags }: Option): Flag {
  return {
    names: [short, long].filter((name) => name != null),
    description,
    value: required ? { choices: argChoices ?? [], isPath: /<(file|folder|path)>/.test(flags) } : undefined,
  };
}
