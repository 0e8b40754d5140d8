import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Objects } from '../objects/objects.ts';
import type { Registry } from '../resources/registry.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Store } from '../store/store.ts';
import type { FaultPlan } from './faults.ts';

/** Where the log of a container comes from: the node. */
export interface LogSource {
  readonly open: (
    pod: { readonly namespace: string; readonly name: string },
    options: LogOptions,
  ) => Promise<AsyncIterable<Buffer>>;
}

export interface LogOptions {
  readonly container: string | undefined;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Lines written at or after this time, in milliseconds since 1970. */
  readonly sinceMs: number | undefined;
  readonly signal: AbortSignal;
}

/** What the handlers of the API work with. */
export interface ApiContext {
  readonly store: Store;
  readonly objects: Objects;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logs: LogSource;
  readonly faults: FaultPlan | undefined;
}

/** One request about a resource, as far as it is understood. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
}

/** A call about one object. */
export interface ObjectCall extends Call {
  readonly name: string;
}

export function keyOf(call: ObjectCall): { readonly namespace: string; readonly name: string } {
  return { namespace: call.namespace ?? '', name: call.name };
}
