import type { Clock } from '../clock.ts';
import type { KubeObject } from '../object.ts';
import type { Objects } from '../objects/objects.ts';
import { podType } from '../resources/pod.ts';
import { StatusError } from '../status-error.ts';
import {
  type ContainerRecord,
  type ContainerState,
  initialRecords,
  phaseOf,
  podStatus,
  terminatedOf,
} from './pod-status.ts';

export interface PodRecordsOptions {
  readonly pod: KubeObject;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly address: string;
}

/** Why a pod failed that did not fail by itself. */
export interface PodFailure {
  readonly reason: string;
  readonly message: string;
}

export interface RecordChange {
  readonly state?: ContainerState;
  readonly lastState?: ContainerState | undefined;
  readonly restartCount?: number;
}

/** What is known of a pod's containers; every change is in the pod's status at once. */
export class PodRecords {
  readonly #options: PodRecordsOptions;
  readonly #records: Map<string, ContainerRecord>;
  #ended = false;

  constructor(options: PodRecordsOptions) {
    this.#options = options;
    this.#records = new Map(
      initialRecords(options.pod, options.clock.now()).map((record) => [record.name, record]),
    );
  }

  all(): readonly ContainerRecord[] {
    return [...this.#records.values()];
  }

  get(name: string): ContainerRecord {
    const record = this.#records.get(name);
    if (record === undefined) {
      throw new RangeError(`the pod has no container ${name}`);
    }
    return record;
  }

  isRunning(name: string): boolean {
    const record = this.#records.get(name);
    return !this.#ended && record !== undefined && terminatedOf(record) === undefined;
  }

  change(name: string, change: RecordChange): void {
    this.#records.set(name, { ...this.get(name), ...change });
    this.publish();
  }

  /** No container will run again. */
  end(failure: PodFailure | undefined): void {
    this.#ended = true;
    this.publish(failure);
  }

  /** Writes the pod's status. A pod that is gone from the API has none to write. */
  publish(failure?: PodFailure): void {
    const { objects, pod, clock, address } = this.#options;
    const current = objects.find(podType, pod.metadata.namespace ?? '', pod.metadata.name);
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) {
      return;
    }
    const records = this.all();
    const status = podStatus({
      pod: current,
      records,
      phase: failure === undefined ? phaseOf(records, this.#ended) : 'Failed',
      reason: failure?.reason,
      message: failure?.message,
      address,
      nowMs: clock.now(),
    });
    try {
      objects.updateStatus(podType, current, status);
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'NotFound')) {
        throw error;
      }
    }
  }
}
