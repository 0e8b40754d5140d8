export { type Backoff, backoffMs } from './backoff.ts';
export { type Cache, type CacheChange, createCache } from './cache.ts';
export {
  type CallOptions,
  type ClientOptions,
  createClient,
  type DeleteOptions,
  type KubeClient,
  type Patch,
  type WriteOptions,
} from './client.ts';
export { type Clock, pause, systemClock } from './clock.ts';
export {
  type Condition,
  type ConditionUpdate,
  findCondition,
  isConditionTrue,
  removeConditions,
  setCondition,
  timestamp,
} from './condition.ts';
export { type Connection, type ConnectionOptions, connect } from './connection.ts';
export { firstServed, serves } from './discovery.ts';
export {
  isAlreadyExists,
  isCancelled,
  isConflict,
  isGone,
  isInvalid,
  isNotFound,
  KubeError,
  type KubeErrorCode,
  type KubeErrorOptions,
} from './error.ts';
export {
  createEventRecorder,
  type EventNote,
  type EventRecorder,
  type EventRecorderOptions,
} from './event.ts';
export { type Informer, type InformerOptions, startInformer } from './informer.ts';
export { type LeaderElection, type LeaderElectionOptions, startLeaderElection } from './leader.ts';
export type { ListOptions, Selection } from './list.ts';
export {
  controllerOf,
  type KubeList,
  type KubeObject,
  nameOf,
  type ObjectMeta,
  type ObjectName,
  type OwnerReference,
  objectKey,
  ownerReference,
  parseObjectKey,
} from './object.ts';
export { createWorkQueue, type WorkQueue, type WorkQueueOptions } from './queue.ts';
export {
  type Reconcile,
  type ReconcileLoop,
  type ReconcileLoopOptions,
  type ReconcileOutcome,
  type ReconcileResult,
  startReconcileLoop,
} from './reconcile.ts';
export {
  apiVersionOf,
  collectionPath,
  defineResource,
  objectPath,
  type Resource,
  type Subresource,
} from './resource.ts';
export type { Transport, TransportRequest, TransportResponse } from './transport.ts';
export type { WatchEvent, WatchOptions } from './watch.ts';
