import { type Json, listAt, numberAt, objectAt, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';

export interface PodSummary {
  /** `1/2`: ready containers of all. */
  readonly ready: string;
  /** The word of kubectl's STATUS column. */
  readonly status: string;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

/** One line about a pod, as `kubectl get pods` shows it. */
export function podSummary(pod: KubeObject): PodSummary {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const total = listAt(pod, 'spec', 'containers').length;
  const ready = statuses.filter((status) => valueAt(status, 'ready') === true).length;
  const finished = statuses
    .map((status) => textAt(status, 'lastState', 'terminated', 'finishedAt') ?? '')
    .sort();
  const lastRestart = finished.at(-1);
  return {
    ready: `${ready}/${total}`,
    status: statusWord(pod, statuses),
    restarts: statuses.reduce<number>((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0),
    lastRestart: lastRestart === '' ? undefined : lastRestart,
  };
}

function statusWord(pod: KubeObject, statuses: readonly Json[]): string {
  if (pod.metadata.deletionTimestamp !== undefined) {
    return 'Terminating';
  }
  const initializing = initWord(pod);
  if (initializing !== undefined) {
    return initializing;
  }
  let word = textAt(pod, 'status', 'reason') ?? textAt(pod, 'status', 'phase') ?? 'Unknown';
  for (const status of [...statuses].reverse()) {
    word = containerWord(status) ?? word;
  }
  return word;
}

function initWord(pod: KubeObject): string | undefined {
  const statuses = listAt(pod, 'status', 'initContainerStatuses');
  const total = listAt(pod, 'spec', 'initContainers').length;
  for (const [index, status] of statuses.entries()) {
    const exitCode = numberAt(status, 'state', 'terminated', 'exitCode');
    if (exitCode === 0) {
      continue;
    }
    const word = exitCode === undefined ? waitingWord(status) : containerWord(status);
    return word === undefined ? `Init:${index}/${total}` : `Init:${word}`;
  }
  return undefined;
}

function waitingWord(status: Json): string | undefined {
  const reason = textAt(status, 'state', 'waiting', 'reason');
  return reason === 'PodInitializing' ? undefined : reason;
}

function containerWord(status: Json): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  if (waiting !== undefined) {
    return waiting;
  }
  const terminated = objectAt(status, 'state', 'terminated');
  if (terminated.exitCode === undefined) {
    return undefined;
  }
  return (
    textAt(terminated, 'reason') ??
    (numberAt(terminated, 'signal') ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)
  );
}
