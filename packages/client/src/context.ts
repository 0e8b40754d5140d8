import type { Readable, Writable } from 'node:stream';
import type { Environment } from './input.ts';
import type { Logger } from './log.ts';

/** What every command gets from the process it runs in. */
export interface Context {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Environment;
  readonly logger: Logger;
  readonly json: boolean;
  /** Whether to report how a transfer goes. */
  readonly progress: boolean;
  /** Aborted with a Failure `cancelled` by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}
