export type { Fault, FaultPlan, FaultRequest } from './api/faults.ts';
export type { Clock } from './clock.ts';
export { type Cluster, startCluster } from './cluster.ts';
export type { ClusterOptions } from './cluster-options.ts';
export type { Logger } from './logger.ts';
export type { Programs } from './node/sandbox/programs.ts';
export type { Identity } from './objects/identity.ts';
export { StatusError, type StatusReason } from './status-error.ts';
