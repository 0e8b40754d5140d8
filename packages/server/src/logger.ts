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
export async function createLogger({ level, readable }: LoggerOptions): Promise<Logger> {
  if (!readable) {
    return pino({ level });
  }
  // Loaded for people alone. Not as a "transport" of pino, a worker with a file of its own: a single executable has none.
  const { default: pretty } = await import('pino-pretty');
  return pino({ level }, pretty({ ignore: 'pid,hostname', sync: true }));
}

/** An address without the values of the parameters that hold tokens and codes. */
export function withoutSecrets(url: string): string {
  return url.replaceAll(secretParameters, '$1***');
}
