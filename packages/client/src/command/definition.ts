import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';

/** One command: its flags, its settings once checked, and what it does. */
export interface Definition<Settings> {
  readonly name: string;
  /** It talks to no server, so it has no flags for one. */
  readonly local?: boolean;
  /** Add description, flags and examples; the flags of every command are there already. */
  readonly describe: (command: Command) => Command;
  /** @throws Failure `invalid-input` with a message for the user; does no I/O */
  readonly parse: (input: Input) => Settings;
  readonly run: (settings: Settings, context: Context) => Promise<void>;
}

/** A command whose settings have been parsed: all that is left is to run it. */
export interface Invocation {
  readonly run: (context: Context) => Promise<void>;
}

/** A definition with its type of settings closed in. */
export interface AnyDefinition {
  readonly name: string;
  readonly local: boolean;
  readonly describe: (command: Command) => Command;
  readonly invoke: (input: Input) => Invocation;
}

/** Commands below a common word. */
export interface CommandGroup {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly AnyDefinition[];
}

export function define<Settings>(definition: Definition<Settings>): AnyDefinition {
  const { name, local = false, describe, parse, run } = definition;
  return {
    name,
    local,
    describe,
    invoke: (input) => {
      const settings = parse(input);
      return { run: (context) => run(settings, context) };
    },
  };
}

/** For flags that may be given several times; unlike variadic ones they never swallow the arguments that follow. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/**
 * A flag with one of a few values, which help and completion tell. That it is one of them is checked by who parses the
 * input, for it may come from a variable.
 */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description);
  option.argChoices = [...choices];
  return option;
}
