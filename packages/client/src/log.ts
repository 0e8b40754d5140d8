import type { Writable } from 'node:stream';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Names that existing scripts give, each for the level that says as much. */
const otherNames: ReadonlyMap<string, LogLevel> = new Map([
  ['trace', 'debug'],
  ['warning', 'warn'],
  ['fatal', 'error'],
  ['panic', 'error'],
]);

/** The level of a name, in either case; undefined for one that is none. */
export function parseLogLevel(name: string): LogLevel | undefined {
  const wanted = name.toLowerCase();
  return logLevels.find((level) => level === wanted) ?? otherNames.get(wanted);
}

/** For a terminal: to the beginning of the line, and nothing on it. */
export const clearLine = '\r\u001b[K';

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Messages for people, a line each, on standard error: standard output carries data only. */
export function createLogger(level: LogLevel, stream: Writable & { readonly isTTY?: boolean }): Logger {
  const threshold = logLevels.indexOf(level);
  // In the place of a line of progress, which is drawn again below.
  const beginning = stream.isTTY === true ? clearLine : '';
  const at = (of: LogLevel, prefix: string) => (message: string) => {
    if (logLevels.indexOf(of) >= threshold) {
      stream.write(`${beginning}${prefix}${message}\n`);
    }
  };
  return {
    debug: at('debug', 'debug: '),
    info: at('info', ''),
    warn: at('warn', 'warning: '),
    error: at('error', 'error: '),
  };
}
