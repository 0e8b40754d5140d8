import type { FaultPlan } from './api/faults.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Programs } from './node/sandbox/programs.ts';
import type { Identity } from './objects/identity.ts';

export interface ClusterOptions {
  /** A folder of the cluster's own; made where it is missing, readable for its owner alone. */
  readonly dataDir: string;
  readonly listen: {
    readonly host: string;
    /** 0 takes a free one. */
    readonly port: number;
  };
  /** The bearer token of the one administrator. */
  readonly token: string;
  readonly nodeName?: string;
  /** Programs that every container finds first on its PATH. */
  readonly programs?: Programs;
  /** `auto` gives pods a root of their own where the machine can; `never` runs them as plain processes. */
  readonly confine?: 'auto' | 'never';
  /** Files and folders of this machine that no pod may see, besides `dataDir`. */
  readonly hiddenPaths?: readonly string[];
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly identity?: Identity;
  /** How many changes a watch may be behind before it gets 410. */
  readonly maxWatchHistory?: number;
  /** What goes wrong on purpose; for tests. */
  readonly faults?: FaultPlan;
}
