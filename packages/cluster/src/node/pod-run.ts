import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { EventRecorder } from '../controllers/event-recorder.ts';
import { type Json, listAt, numberAt, textAt } from '../json.ts';
import type { Logger } from '../logger.ts';
import { type KubeObject, kubeTime } from '../object.ts';
import type { Objects } from '../objects/objects.ts';
import { podType } from '../resources/pod.ts';
import { StatusError } from '../status-error.ts';
import { type ContainerRun, startContainer } from './container-run.ts';
import { ConfigError, type ConfigSource } from './pod-fields.ts';
import {
  type ContainerRecord,
  type ContainerState,
  initialRecords,
  type Phase,
  phaseOf,
  podStatus,
  terminatedOf,
} from './pod-status.ts';
import type { Machine } from './sandbox/machine.ts';
import { SandboxError } from './sandbox/sandbox.ts';
import { type PreparedVolume, prepareVolumes } from './volumes/volumes.ts';

export interface PodRunOptions {
  readonly pod: KubeObject;
  readonly folder: string;
  readonly objects: Objects;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly machine: Machine;
  readonly source: ConfigSource;
  readonly claimFolder: (name: string) => string | undefined;
  readonly address: string;
}

/** Why a pod's containers are ended before they end themselves. */
type Stop =
  | { readonly why: 'deleted' | 'shutdown' }
  | { readonly why: 'failed'; readonly reason: string; readonly message: string };

const retryMs = 1000;
const maxRetryMs = 30_000;
const restartBaseMs = 10_000;
const restartMaxMs = 5 * 60_000;

/** One pod on this node, from its volumes to the last of its containers. */
export class PodRun {
  readonly #options: PodRunOptions;
  readonly #records: Map<string, ContainerRecord>;
  readonly #running = new Map<string, ContainerRun>();
  readonly #stopping = new AbortController();
  #stop: Stop | undefined;
  #killTimer: (() => void) | undefined;
  #ended = false;

  constructor(options: PodRunOptions) {
    this.#options = options;
    this.#records = new Map(
      initialRecords(options.pod, options.clock.now()).map((record) => [record.name, record]),
    );
  }

  /** Runs until no container runs and none will run again. */
  async run(): Promise<void> {
    const cancelDeadline = this.#startDeadline();
    try {
      await this.#runContainers();
    } finally {
      cancelDeadline();
      this.#killTimer?.();
    }
    this.#ended = this.#stop?.why !== 'shutdown' || !this.#willRunAgain();
    this.#publish();
    await this.#cleanUp();
  }

  /** Asks the containers to end, and kills them when the grace period is over. May be called again to shorten it. */
  stop(stop: Stop, graceMs: number): void {
    this.#stop ??= stop;
    this.#stopping.abort();
    this.#killTimer?.();
    for (const { process } of this.#running.values()) {
      if (graceMs > 0) {
        void process
          .signal('SIGTERM')
          .catch((error: unknown) =>
            this.#options.log.error({ err: error }, 'a container could not be signalled'),
          );
      } else {
        process.kill();
      }
    }
    if (graceMs > 0) {
      this.#killTimer = this.#options.clock.after(graceMs, () => this.kill());
    }
  }

  kill(): void {
    for (const { process } of this.#running.values()) {
      process.kill();
    }
  }

  isRunning(container: string): boolean {
    const record = this.#records.get(container);
    return !this.#ended && record !== undefined && terminatedOf(record) === undefined;
  }

  async #runContainers(): Promise<void> {
    this.#publish();
    const volumes = await this.#retrying('FailedMount', undefined, () =>
      prepareVolumes({ ...this.#options, folder: join(this.#options.folder, 'volumes') }),
    );
    if (volumes === undefined) {
      return;
    }
    for (const container of listAt(this.#options.pod, 'spec', 'initContainers')) {
      const ok = await this.#runToEnd(container, volumes, true);
      if (!ok) {
        return;
      }
    }
    await Promise.all(
      listAt(this.#options.pod, 'spec', 'containers').map((container) =>
        this.#runToEnd(container, volumes, false),
      ),
    );
  }

  /** Runs a container again and again, as the restart policy says; true when its last run ended with 0. */
  async #runToEnd(
    container: Json,
    volumes: ReadonlyMap<string, PreparedVolume>,
    isInit: boolean,
  ): Promise<boolean> {
    const name = textAt(container, 'name') ?? '';
    for (let restarts = 0; ; restarts += 1) {
      const before = this.#record(name);
      const end = terminatedOf(before);
      if (end !== undefined) {
        if (!restartsAfter(this.#policy(), end.exitCode, isInit)) {
          return end.exitCode === 0;
        }
        await this.#backOff(before, restarts);
      }
      if (this.#stop !== undefined) {
        return false;
      }
      await this.#runOnce(container, volumes);
    }
  }

  async #runOnce(container: Json, volumes: ReadonlyMap<string, PreparedVolume>): Promise<void> {
    const { pod, clock, events } = this.#options;
    const name = textAt(container, 'name') ?? '';
    const run = await this.#retrying('Failed', name, () => {
      return startContainer({
        ...this.#options,
        container,
        volumes,
        restartCount: this.#record(name).restartCount,
      });
    });
    if (run === undefined) {
      return;
    }
    const startedAt = kubeTime(clock.now());
    this.#running.set(name, run);
    this.#change(name, { state: { running: { startedAt } } });
    events.record(pod, {
      type: 'Normal',
      reason: 'Started',
      message: `Started container ${name}`,
      fieldPath: `spec.containers{${name}}`,
    });
    // A stop that came while the container was being made did not see it.
    if (this.#stop !== undefined) {
      run.process.kill();
    }
    const { exitCode, signal, message } = await run.finished;
    this.#running.delete(name);
    const reason =
      exitCode === 0 ? 'Completed' : exitCode === 125 || exitCode === 128 ? 'StartError' : 'Error';
    const terminated = {
      exitCode,
      reason,
      startedAt,
      finishedAt: kubeTime(clock.now()),
      ...(signal !== undefined && { signal }),
      ...(message !== undefined && { message }),
    };
    this.#change(name, { state: { terminated } });
  }

  /** Repeats what fails for want of an object, until it works or the pod is stopped. */
  async #retrying<T>(
    reason: string,
    container: string | undefined,
    action: () => Promise<T>,
  ): Promise<T | undefined> {
    for (let delayMs = retryMs; this.#stop === undefined; delayMs = Math.min(maxRetryMs, delayMs * 2)) {
      try {
        return await action();
      } catch (error) {
        this.#explain(error, reason, container);
      }
      await this.#sleep(delayMs);
    }
    return undefined;
  }

  #explain(error: unknown, reason: string, container: string | undefined): void {
    const known =
      error instanceof ConfigError || error instanceof SandboxError || error instanceof RangeError;
    const message = error instanceof Error ? error.message : String(error);
    if (!known) {
      this.#options.log.error(
        { err: error, pod: this.#options.pod.metadata.name },
        'a container could not be started',
      );
    }
    if (container !== undefined) {
      this.#change(container, {
        state: {
          waiting: { reason: known ? 'CreateContainerConfigError' : 'CreateContainerError', message },
        },
      });
    }
    this.#options.events.record(this.#options.pod, { type: 'Warning', reason, message });
  }

  /** The first restart comes at once, later ones after 10 s, 20 s, … 5 minutes (the kubelet's back-off). */
  async #backOff(before: ContainerRecord, restarts: number): Promise<void> {
    const restartCount = before.restartCount + 1;
    const delayMs =
      restarts <= 1 ? 0 : Math.min(restartMaxMs, restartBaseMs * 2 ** Math.min(restarts - 2, 20));
    if (delayMs > 0) {
      const message = `back-off ${delayMs / 1000}s restarting failed container=${before.name} pod=${this.#options.pod.metadata.name}`;
      this.#change(before.name, {
        lastState: before.state,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
      });
      this.#options.events.record(this.#options.pod, {
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${before.name}`,
      });
      await this.#sleep(delayMs);
    }
    if (this.#stop === undefined) {
      this.#change(before.name, { lastState: before.state, restartCount });
    } else {
      this.#change(before.name, { state: before.state, lastState: before.lastState });
    }
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      if (signal.aborted) {
        resolve();
        return;
      }
      const cancel = this.#options.clock.after(delayMs, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #startDeadline(): () => void {
    const { pod, clock } = this.#options;
    const seconds = numberAt(pod, 'spec', 'activeDeadlineSeconds');
    if (seconds === undefined) {
      return () => {};
    }
    const start = Date.parse(textAt(pod, 'status', 'startTime') ?? kubeTime(clock.now()));
    const graceMs = (numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30) * 1000;
    return clock.after(start + seconds * 1000 - clock.now(), () => {
      this.stop(
        {
          why: 'failed',
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        },
        graceMs,
      );
    });
  }

  #policy(): string {
    return textAt(this.#options.pod, 'spec', 'restartPolicy') ?? 'Always';
  }

  /** After a shutdown: whether the next start of the node finds something to go on with. */
  #willRunAgain(): boolean {
    return [...this.#records.values()].some((record) => {
      const end = terminatedOf(record);
      return end === undefined || restartsAfter(this.#policy(), end.exitCode, record.isInit);
    });
  }

  #record(name: string): ContainerRecord {
    const record = this.#records.get(name);
    if (record === undefined) {
      throw new RangeError(`the pod has no container ${name}`);
    }
    return record;
  }

  #change(
    name: string,
    change: {
      readonly state?: ContainerState;
      readonly lastState?: ContainerState | undefined;
      readonly restartCount?: number;
    },
  ): void {
    this.#records.set(name, { ...this.#record(name), ...change });
    this.#publish();
  }

  /** Writes the pod's status. A pod that is gone from the API has none to write. */
  #publish(): void {
    const { objects, pod, clock, address } = this.#options;
    const current = objects.find(podType, pod.metadata.namespace ?? '', pod.metadata.name);
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) {
      return;
    }
    const records = [...this.#records.values()];
    const failure = this.#stop?.why === 'failed' ? this.#stop : undefined;
    const phase: Phase = this.#ended && failure !== undefined ? 'Failed' : phaseOf(records, this.#ended);
    const status = podStatus({
      pod: current,
      records,
      phase,
      reason: this.#ended ? failure?.reason : undefined,
      message: this.#ended ? failure?.message : undefined,
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

  /** What the containers wrote in their own roots goes with them; logs stay as long as the pod. */
  async #cleanUp(): Promise<void> {
    const { folder } = this.#options;
    await rm(join(folder, 'containers'), { recursive: true, force: true });
    if (this.#ended) {
      await rm(join(folder, 'volumes'), { recursive: true, force: true });
    }
  }
}

function restartsAfter(policy: string, exitCode: number, isInit: boolean): boolean {
  if (policy === 'Always' && !isInit) {
    return true;
  }
  return policy !== 'Never' && exitCode !== 0;
}
