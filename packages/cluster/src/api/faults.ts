import { StatusError, type StatusReason } from '../status-error.ts';

/** What goes wrong with one request, on purpose. */
export interface Fault {
  /** Waits before anything else. */
  readonly delayMs?: number;
  /** Answers this instead of doing anything. */
  readonly fail?: StatusReason;
  /** Does the work and then cuts the connection: the client can't know. */
  readonly dropAnswer?: boolean;
  /** Cuts a watch after so many milliseconds without a word. */
  readonly dropWatchAfterMs?: number;
}

export interface FaultRequest {
  readonly method: string;
  /** The plural of the resource, empty for addresses that are none. */
  readonly resource: string;
  readonly watch: boolean;
}

/** Asked at every request: the fault to make, or undefined to serve it. For tests. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;

export function failure(reason: StatusReason): StatusError {
  return new StatusError(reason, `the request failed on purpose (${reason})`, {
    ...(reason === 'TooManyRequests' && { retryAfterSeconds: 1 }),
  });
}
