import type { Command, Option } from 'commander';

/** What can be typed behind a command: commands below it, its flags, and arguments. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly commands: readonly CommandTree[];
  /** Of every argument in its place; empty where anything goes. */
  readonly argumentChoices: readonly (readonly string[])[];
}

export interface Flag {
  /** Short and long, with their dashes. */
  readonly names: readonly string[];
  readonly description: string;
  /** What its value may be, empty where that is anything; undefined for a flag that takes none. */
  readonly choices: readonly string[] | undefined;
}

/** What the help shows, which is what is completed. */
export function commandTree(command: Command): CommandTree {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).map(commandTree);
  return {
    name: command.name(),
    description: command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    commands: commands.map((below) =>
      // Commander's own, which takes the name of another one.
      below.name === 'help' ? { ...below, argumentChoices: [commands.map(({ name }) => name)] } : below,
    ),
    argumentChoices: command.registeredArguments.map(({ argChoices }) => argChoices ?? []),
  };
}

function flagOf({ short, long, description, required, argChoices }: Option): Flag {
  return {
    names: [short, long].filter((name) => name != null),
    description,
    choices: required ? (argChoices ?? []) : undefined,
  };
}
