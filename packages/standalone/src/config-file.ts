import { readFileSync } from 'node:fs';
import { Failure } from '@backup-maker/model';
import type { Command } from 'commander';
import { parse } from 'yaml';

/**
 * The words of a command line that a configuration file stands for: its keys are the long names of flags.
 * @param isGiven flags that are on the command line or in the environment already, which win
 * @throws Failure `invalid-input` that names the file, and what is wrong in it
 */
export function readConfigFile(
  file: string,
  command: Command,
  isGiven: (flag: string) => boolean,
): readonly string[] {
  const settings = read(file);
  return Object.entries(settings).flatMap(([key, value]) => {
    const option = command.options.find(({ long }) => long === `--${key}`);
    if (option === undefined || key === 'config' || key === 'version') {
      throw refuse(
        file,
        `unknown key "${key}": keys are the long names of flags, without dashes (see --help)`,
      );
    }
    if (value === null || isGiven(`--${key}`)) {
      return [];
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.length !== 1 && !option.variadic) {
      throw refuse(file, `"${key}" takes one value`);
    }
    const texts = values.map((one) => textOf(one, `"${key}"`, file));
    if (option.isBoolean()) {
      return onOrOff(texts[0] ?? '', key, file) ? [`--${key}`] : [];
    }
    return option.variadic ? [`--${key}`, ...texts] : [`--${key}=${texts[0]}`];
  });
}

function read(file: string): Readonly<Record<string, unknown>> {
  let settings: unknown;
  try {
    settings = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refuse(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (settings === null) {
    return {};
  }
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    throw refuse(file, 'write one flag a line, such as "data-dir: /var/lib/backup"');
  }
  return settings as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown, what: string, file: string): string {
  if (['string', 'number', 'boolean'].includes(typeof value) && !String(value).startsWith('-')) {
    return String(value);
  }
  throw refuse(file, `${what} must be text, a number, true or false, and not begin with a dash`);
}

function onOrOff(text: string, key: string, file: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw refuse(file, `"${key}" must be true or false`);
  }
  return text === 'true';
}

function refuse(file: string, why: string, cause?: unknown): Failure {
  return new Failure('invalid-input', `--config ${file}: ${why}`, { cause });
}
