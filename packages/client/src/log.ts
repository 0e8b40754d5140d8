import type { Writable } from 'node:stream';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Messages for people, a line each, on standard error: standard output carries data only. */
export function createLogger(level: LogLevel, stream: Writable): Logger {
  const threshold = logLevels.indexOf(level);
  const at = (of: LogLevel, prefix: string) => (message: string) => {
    if (logLevels.indexOf(of) >= threshold) {
      stream.write(`${prefix}${message}\n`);
    }
  };
  return {
    debug: at('debug', 'debug: '),
    info: at('info', ''),
    warn: at('warn', 'warning: '),
    error: at('error', 'error: '),
  };
}
