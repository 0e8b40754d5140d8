import { type Logger, pino } from 'pino';
import type { LogLevel } from './config/config.ts';

/** What a query string may carry and a log must not. */
const secretParameters = /([?&](?:token|code|jwt|password)=)[^&#]*/gi;

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Lines for people rather than JSON, such as on a terminal. */
  readonly readable: boolean;
}

/** A log of JSON lines on standard output, or of readable ones. */
export function createLogger({ level, readable }: LoggerOptions): Logger {
  return pino({
    level,
    ...(readable ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });
}

/** An address without the values of the parameters that hold tokens and codes. */
export function withoutSecrets(url: string): string {
  return url.replaceAll(secretParameters, '$1***');
}
