import { Failure } from '@backup-maker/model';
import type { Environment } from './environment.ts';
import { type FlagRow, longName, variableOf } from './flags.ts';

/** A command line in the form that Commander reads, without the flags that are on or off. */
export interface Arguments {
  readonly rest: readonly string[];
  /** By the long name, such as `--strict`. */
  readonly switches: ReadonlyMap<string, boolean>;
}

/**
 * Put environment variables before a command line, whose flags then win, and read what Commander does not know:
 * `--flag=false` for a flag that is on or off, and `-n=name`.
 * @throws Failure `invalid-input` for a switch that is neither on nor off
 */
export function readArguments(
  table: readonly FlagRow[],
  argv: readonly string[],
  env: Environment,
): Arguments {
  const switches = new Map<string, boolean>();
  const rest: string[] = [];
  for (const row of table) {
    const variable = variableOf(row);
    const value = variable === undefined ? undefined : env[variable];
    if (variable === undefined || value === undefined || value === '') {
      continue;
    }
    if (isSwitch(row)) {
      switches.set(longName(row.flags), isOn(value, variable));
    } else {
      rest.push(`${longName(row.flags)}=${value}`);
    }
  }
  let isValue = false;
  for (const argument of argv) {
    const [name = '', value] = splitOnce(argument);
    const row: FlagRow | undefined = isValue
      ? undefined
      : table.find(({ flags }) => namesOf(flags).includes(name));
    if (row && isSwitch(row)) {
      switches.set(longName(row.flags), value === undefined || isOn(value, name));
    } else if (row && value !== undefined && !name.startsWith('--')) {
      rest.push(name, value);
    } else {
      rest.push(argument);
    }
    isValue = row !== undefined && !isSwitch(row) && value === undefined;
  }
  return { rest, switches };
}

function isSwitch({ flags }: FlagRow): boolean {
  return !flags.includes('<');
}

/** Such as `-n` and `--namespace`. */
function namesOf(flags: string): readonly string[] {
  return flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));
}

function splitOnce(argument: string): readonly [string, string?] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}

function isOn(value: string, name: string): boolean {
  const text = value.toLowerCase();
  if (['true', 't', '1', 'yes', 'on'].includes(text)) {
    return true;
  }
  if (['false', 'f', '0', 'no', 'off'].includes(text)) {
    return false;
  }
  throw new Failure('invalid-input', `${name} is "${value}": it must be true or false (see --help)`);
}
