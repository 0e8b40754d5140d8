import { type Json, type JsonObject, listAt, textAt, valueAt } from '../json.ts';
import { type KubeObject, kubeTime } from '../object.ts';

/** What a container is doing, as `state` of its status says it. */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

export interface Terminated extends JsonObject {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** One container of a pod, as the node knows it. */
export interface ContainerRecord {
  readonly name: string;
  readonly image: string;
  readonly isInit: boolean;
  readonly state: ContainerState;
  readonly lastState: ContainerState | undefined;
  readonly restartCount: number;
}

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function terminatedOf(record: ContainerRecord): Terminated | undefined {
  return 'terminated' in record.state ? record.state.terminated : undefined;
}

/** The records of a pod's containers: from its status where the node has run it before, else waiting. */
export function initialRecords(pod: KubeObject, nowMs: number): readonly ContainerRecord[] {
  return (['initContainers', 'containers'] as const).flatMap((list) => {
    const statuses = listAt(
      pod,
      'status',
      list === 'containers' ? 'containerStatuses' : 'initContainerStatuses',
    );
    return listAt(pod, 'spec', list).map((container) => {
      const name = textAt(container, 'name') ?? '';
      const status = statuses.find((one) => valueAt(one, 'name') === name);
      return recordOf(container, status, list === 'initContainers', nowMs);
    });
  });
}

function recordOf(
  container: Json,
  status: Json | undefined,
  isInit: boolean,
  nowMs: number,
): ContainerRecord {
  const state = valueAt(status, 'state') as ContainerState | undefined;
  return {
    name: textAt(container, 'name') ?? '',
    image: textAt(container, 'image') ?? '',
    isInit,
    state:
      state === undefined
        ? { waiting: { reason: isInit ? 'PodInitializing' : 'ContainerCreating' } }
        : recovered(state, nowMs),
    lastState: valueAt(status, 'lastState') as ContainerState | undefined,
    restartCount: Number(valueAt(status, 'restartCount') ?? 0),
  };
}

/** A container that ran when the node was killed died with it. */
function recovered(state: ContainerState, nowMs: number): ContainerState {
  if (!('running' in state)) {
    return state;
  }
  const message = 'The container ended with the node that ran it';
  const { startedAt } = state.running;
  return {
    terminated: {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message,
      startedAt,
      finishedAt: kubeTime(nowMs),
    },
  };
}

/** What the containers make of the pod, as long as it runs. */
export function phaseOf(records: readonly ContainerRecord[], ended: boolean): Phase {
  if (ended) {
    const failed = records.some(
      (record) => (terminatedOf(record)?.exitCode ?? (record.isInit ? 0 : 1)) !== 0,
    );
    return failed ? 'Failed' : 'Succeeded';
  }
  const started = records.some(
    (record) => !record.isInit && (!('waiting' in record.state) || record.lastState !== undefined),
  );
  return started ? 'Running' : 'Pending';
}

export interface StatusInput {
  readonly pod: KubeObject;
  readonly records: readonly ContainerRecord[];
  readonly phase: Phase;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly address: string;
  readonly nowMs: number;
}

/** The status of a pod from its containers. */
export function podStatus(input: StatusInput): JsonObject {
  const { pod, records, phase, address } = input;
  const now = kubeTime(input.nowMs);
  const inits = records.filter((record) => record.isInit);
  const mains = records.filter((record) => !record.isInit);
  const ended = phase === 'Succeeded' || phase === 'Failed';
  const initialized = inits.every((record) => terminatedOf(record)?.exitCode === 0);
  const ready = mains.every((record) => 'running' in record.state);
  const unready = ended ? (phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed') : 'ContainersNotReady';
  const conditions = [
    { type: 'PodReadyToStartContainers', status: ended ? 'False' : 'True' },
    {
      type: 'Initialized',
      status: initialized ? 'True' : 'False',
      ...(initialized ? ended && { reason: unready } : { reason: 'ContainersNotInitialized' }),
    },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(!ready && { reason: unready }) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(!ready && { reason: unready }) },
    { type: 'PodScheduled', status: 'True' },
  ];
  return {
    phase,
    ...(input.reason !== undefined && { reason: input.reason }),
    ...(input.message !== undefined && { message: input.message }),
    conditions: conditions.map((condition) => withTransition(condition, pod, now)),
    hostIP: address,
    hostIPs: [{ ip: address }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: textAt(pod, 'status', 'startTime') ?? now,
    qosClass: textAt(pod, 'status', 'qosClass') ?? 'BestEffort',
    ...(inits.length > 0 && { initContainerStatuses: inits.map((record) => containerStatus(record, pod)) }),
    containerStatuses: mains.map((record) => containerStatus(record, pod)),
  };
}

function withTransition(condition: JsonObject, pod: KubeObject, now: string): JsonObject {
  const old = listAt(pod, 'status', 'conditions').find((one) => valueAt(one, 'type') === condition.type);
  const same = valueAt(old, 'status') === condition.status;
  return {
    ...condition,
    lastProbeTime: null,
    lastTransitionTime: (same ? textAt(old, 'lastTransitionTime') : undefined) ?? now,
  };
}

function containerStatus(record: ContainerRecord, pod: KubeObject): JsonObject {
  const isRunning = 'running' in record.state;
  const done = terminatedOf(record);
  const hasRun = isRunning || done !== undefined;
  return {
    name: record.name,
    image: record.image,
    // The image is a name only: programs come from this machine.
    imageID: '',
    ...(hasRun && { containerID: `embedded://${pod.metadata.uid}/${record.name}/${record.restartCount}` }),
    state: record.state as unknown as JsonObject,
    lastState: (record.lastState ?? {}) as unknown as JsonObject,
    ready: record.isInit ? done?.exitCode === 0 : isRunning,
    started: isRunning,
    restartCount: record.restartCount,
  };
}
