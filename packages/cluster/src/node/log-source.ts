import { join } from 'node:path';
import type { LogOptions, LogSource } from '../api/call.ts';
import { listAt, numberAt, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Objects } from '../objects/objects.ts';
import { podType } from '../resources/pod.ts';
import { badRequest } from '../status-error.ts';
import { readLog } from './container-log.ts';
import { logFile } from './container-run.ts';

export interface LogSourceOptions {
  readonly objects: Objects;
  readonly podsFolder: string;
  readonly isRunning: (podUid: string, container: string) => boolean;
}

/** Finds and reads the logs of containers. */
export function logSource({ objects, podsFolder, isRunning }: LogSourceOptions): LogSource {
  return {
    async open({ namespace, name }, options) {
      const pod = objects.get(podType, namespace, name);
      const container = containerName(pod, options.container);
      const status = statusOf(pod, container);
      const restarts = numberAt(status, 'restartCount') ?? 0;
      const run = options.previous ? restarts - 1 : startedRun(status, restarts);
      if (run < 0) {
        const what = options.previous ? 'previous terminated container' : 'container';
        const waiting = textAt(status, 'state', 'waiting', 'reason') ?? 'ContainerCreating';
        throw badRequest(
          options.previous
            ? `${what} "${container}" in pod "${name}" not found`
            : `container "${container}" in pod "${name}" is waiting to start: ${waiting}`,
        );
      }
      const file = logFile(join(podsFolder, pod.metadata.uid), container, run);
      return readLog(file, { ...options, mayGrow: () => mayGrow(options, pod, container) });
    },
  };

  function mayGrow(options: LogOptions, pod: KubeObject, container: string): boolean {
    return options.follow && !options.previous && isRunning(pod.metadata.uid, container);
  }
}

/** The run whose log is shown: a container that waits for a restart shows the run before. */
function startedRun(status: unknown, restarts: number): number {
  const state = valueAt(status as KubeObject, 'state');
  const hasStarted = valueAt(state, 'running') !== undefined || valueAt(state, 'terminated') !== undefined;
  return hasStarted || valueAt(status as KubeObject, 'lastState', 'terminated') !== undefined ? restarts : -1;
}

function containerName(pod: KubeObject, wanted: string | undefined): string {
  const mains = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name') ?? '');
  const inits = listAt(pod, 'spec', 'initContainers').map((one) => textAt(one, 'name') ?? '');
  if (wanted === undefined) {
    if (mains.length > 1) {
      throw badRequest(
        `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${mains.join(' ')}]`,
      );
    }
    return mains[0] ?? '';
  }
  if (![...mains, ...inits].includes(wanted)) {
    throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  return wanted;
}

function statusOf(pod: KubeObject, container: string): KubeObject | undefined {
  const statuses = [
    ...listAt(pod, 'status', 'containerStatuses'),
    ...listAt(pod, 'status', 'initContainerStatuses'),
  ];
  return statuses.find((one) => valueAt(one, 'name') === container) as KubeObject | undefined;
}
