import { basename } from 'node:path';
import { Argument, Command, CommanderError } from 'commander';
import { type AnyDefinition, type CommandGroup, choice } from './command/definition.ts';
import { commands } from './command/index.ts';
import { commandTree } from './completion/command-tree.ts';
import { complete } from './completion/complete.ts';
import {
  completeCommand,
  completionScript,
  formatCandidates,
  type Shell,
  shells,
} from './completion/scripts.ts';
import { logLevels } from './log.ts';

const exitCodesHelp = `
A variable that is set wins over its flag. Each secret can also come from the file that …_FILE names.

Exit codes:
  0 done
  1 unexpected, or cancelled
  2 wrong usage
  3 the command failed
  4 the server refused (login, rights, window, quota)
  5 the network or the server failed, also after retries
  6 encryption or integrity: wrong key, damaged version
  7 the collection is not healthy`;

const versionFlag = ['-V, --version', 'print the version of this program'] as const;

/** The command that the user named, with what was given for it. */
export interface Chosen {
  readonly definition: AnyDefinition;
  readonly flags: Readonly<Record<string, unknown>>;
  /** Whether a flag is on the command line, rather than a default. */
  readonly isGiven: (flag: string) => boolean;
  readonly args: readonly string[];
}

type WriteText = (text: string) => void;

interface ProgramOptions {
  readonly version: string;
  /** Takes help and messages about wrong usage. */
  readonly write: WriteText;
  readonly choose: (chosen: Chosen) => void;
}

/** The parser of the whole command line; parsing it does nothing but call `choose`. */
export function buildProgram({ version, write, choose }: ProgramOptions): Command {
  const prepare = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({ writeOut: write, writeErr: write })
      // Then a command may have flags of its own that are others before it, such as --version.
      .enablePositionalOptions();
  const program = withServerFlags(withOutputFlags(prepare(new Command('backup-maker'))))
    .description('Makes encrypted backups of what commands print, and restores them.')
    .version(version, ...versionFlag)
    .addHelpText('after', exitCodesHelp);
  const add = (parent: Command, definition: AnyDefinition): void => {
    const command = withOutputFlags(prepare(parent.command(definition.name)));
    definition
      .describe(definition.local ? command : withServerFlags(command))
      .addHelpText('after', exitCodesHelp);
    command.action(() => {
      choose({
        definition,
        flags: { ...command.opts(), ...given(program) },
        isGiven: (flag) => [command, program].some((place) => place.getOptionValueSource(flag) === 'cli'),
        args: command.args,
      });
    });
  };
  for (const entry of commands) {
    if (isGroup(entry)) {
      // `bmg` is this group under a name of its own, and has a version as a program does.
      const group = prepare(program.command(entry.name))
        .description(entry.description)
        .version(version, ...versionFlag);
      for (const definition of entry.commands) {
        add(group, definition);
      }
    } else {
      add(program, entry);
    }
  }
  addCompletion(program, prepare, write);
  return program;
}

/** Their answers depend on the command line alone, so they are text as help is. */
function addCompletion(program: Command, prepare: (command: Command) => Command, write: WriteText): void {
  const answer = (text: string): never => {
    write(text);
    throw new CommanderError(0, 'completion', 'printed');
  };
  prepare(program.command('completion'))
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'whose script').choices(shells))
    .addHelpText('after', '\nExample:\n  source <(backup-maker completion bash)')
    .action((shell: Shell) => answer(completionScript(shell)));
  prepare(program.command(completeCommand, { hidden: true }))
    .argument('[words...]')
    .action(([name = '', ...words]: readonly string[]) => {
      const typed = basename(name) === 'bmg' ? ['generate', ...words] : words;
      answer(formatCandidates(complete(commandTree(program), typed)));
    });
}

function isGroup(entry: AnyDefinition | CommandGroup): entry is CommandGroup {
  return 'commands' in entry;
}

/** The global flags that stand before the command, without defaults. */
function given(program: Command): Readonly<Record<string, unknown>> {
  const isGiven = (name: string): boolean => program.getOptionValueSource(name) === 'cli';
  return Object.fromEntries(Object.entries(program.opts()).filter(([name]) => isGiven(name)));
}

function withServerFlags(command: Command): Command {
  return command
    .option('-u, --url <url>', 'the server (BM_URL)')
    .option('-i, --collection-id <id>', 'the collection (BM_COLLECTION_ID)')
    .option('-t, --auth-token <token>', 'token of `login`; better BM_AUTH_TOKEN or BM_AUTH_TOKEN_FILE')
    .option('--timeout <seconds>', 'give up after so long without progress (BM_TIMEOUT, 1200)')
    .option('--no-progress', 'do not report progress');
}

function withOutputFlags(command: Command): Command {
  return command
    .addOption(choice('--log-level <level>', 'how much to say (BM_LOG_LEVEL, info)', logLevels))
    .option('--json', 'print one JSON object on standard output');
}
