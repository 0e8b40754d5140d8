import type { createFlags } from '../../packages/server/src/config/flags.ts';

/** Of the version of commander that the programs have. */
type Command = ReturnType<typeof createFlags>;

export interface ManPageOptions {
  readonly command: Command;
  /** 1 for programs of users, 8 for those of administrators. */
  readonly section: 1 | 8;
  readonly version: string;
}

/** A man page in troff (man(7)) with what `--help` says, of the command and of all below it. */
export function manPage({ command, section, version }: ManPageOptions): string {
  const name = command.name();
  return [
    `.TH ${name.toUpperCase()} ${section} "" "backup-maker ${version}" "Backup Maker"`,
    '.SH NAME',
    `${troff(name)} \\- ${troff(command.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${troff(name)}`,
    troff(command.usage()),
    ...optionsOf(command, '.SH OPTIONS'),
    ...below(command, name),
    ...verbatim(textAfter(command), '.SH NOTES'),
    '',
  ].join('\n');
}

function below(command: Command, path: string): readonly string[] {
  const commands = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
  const heading = command.parent ? [] : ['.SH COMMANDS'];
  return commands.length === 0
    ? []
    : [
        ...heading,
        ...commands.flatMap((child) => {
          const childPath = `${path} ${child.name()}`;
          return [
            `.SS "${troff(`${childPath} ${child.usage()}`)}"`,
            troff(child.description()),
            ...optionsOf(child),
            ...verbatim(textAfter(child)),
            ...below(child, childPath),
          ];
        }),
      ];
}

function optionsOf(command: Command, ...heading: readonly string[]): readonly string[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  const rows = options.flatMap((option) => [
    '.TP',
    `.B ${troff(help.optionTerm(option))}`,
    troff(help.optionDescription(option)),
  ]);
  return rows.length === 0 ? [] : [...heading, ...rows];
}

/** What a command prints behind its own help, such as examples and exit codes. */
function textAfter(command: Command): string {
  let output = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ ...command.configureOutput(), writeOut: (text) => (output += text) });
  command.outputHelp();
  command.configureOutput({ ...command.configureOutput(), ...(writeOut && { writeOut }) });
  return output.slice(command.helpInformation().length).trim();
}

function verbatim(text: string, ...heading: readonly string[]): readonly string[] {
  return text === '' ? [] : [...heading, '.PP', '.nf', ...text.split('\n').map(troff), '.fi'];
}

/** Backslashes, dashes that are no hyphens, and lines that would be read as requests. */
function troff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
