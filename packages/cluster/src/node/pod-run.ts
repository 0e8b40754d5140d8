import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, pause } from '../clock.ts';
import type { EventRecorder } from '../controllers/event-recorder.ts';
import { type Json, listAt, textAt } from '../json.ts';
import type { Logger } from '../logger.ts';
import { type KubeObject, kubeTime } from '../object.ts';
import type { Objects } from '../objects/objects.ts';
import { type ContainerRun, startContainer } from './container-run.ts';
import { graceMsOf, startDeadline } from './pod-deadline.ts';
import { ConfigError, type ConfigSource } from './pod-fields.ts';
import { PodRecords } from './pod-records.ts';
import { type ContainerRecord, terminatedOf } from './pod-status.ts';
import { restartDelayMs, restartsAfter } from './restart-policy.ts';
import type { Machine } from './sandbox/machine.ts';
import { SandboxError } from './sandbox/sandbox.ts';
import { isStartError } from './sandbox/start-failure.ts';
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
const deadlineExceeded: Stop = {
  why: 'failed',
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** One pod on this node, from its volumes to the last of its containers. */
export class PodRun {
  readonly #options: PodRunOptions;
  readonly #records: PodRecords;
  readonly #running = new Map<string, ContainerRun>();
  readonly #stopping = new AbortController();
  #stop: Stop | undefined;
  #killTimer: (() => void) | undefined;

  constructor(options: PodRunOptions) {
    this.#options = options;
    this.#records = new PodRecords(options);
  }

  /** Runs until no container runs and none will run again. */
  async run(): Promise<void> {
    const { pod, clock } = this.#options;
    const cancelDeadline = startDeadline(pod, clock, () => this.stop(deadlineExceeded, graceMsOf(pod)));
    try {
      await this.#runContainers();
    } finally {
      cancelDeadline();
      this.#killTimer?.();
    }
    const goesOn = this.#stop?.why === 'shutdown' && this.#willRunAgain();
    if (goesOn) {
      this.#records.publish();
    } else {
      this.#records.end(this.#stop?.why === 'failed' ? this.#stop : undefined);
    }
    await this.#cleanUp(goesOn);
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
    return this.#records.isRunning(container);
  }

  async #runContainers(): Promise<void> {
    this.#records.publish();
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
      const before = this.#records.get(name);
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
        restartCount: this.#records.get(name).restartCount,
      });
    });
    if (run === undefined) {
      return;
    }
    const startedAt = kubeTime(clock.now());
    this.#running.set(name, run);
    this.#records.change(name, { state: { running: { startedAt } } });
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
    const reason = exitCode === 0 ? 'Completed' : isStartError(exitCode) ? 'StartError' : 'Error';
    const terminated = {
      exitCode,
      reason,
      startedAt,
      finishedAt: kubeTime(clock.now()),
      ...(signal !== undefined && { signal }),
      ...(message !== undefined && { message }),
    };
    this.#records.change(name, { state: { terminated } });
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
      await pause(this.#options.clock, delayMs, this.#stopping.signal);
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
      this.#records.change(container, {
        state: {
          waiting: { reason: known ? 'CreateContainerConfigError' : 'CreateContainerError', message },
        },
      });
    }
    this.#options.events.record(this.#options.pod, { type: 'Warning', reason, message });
  }

  /** Waits as long as a restart has to, and says so. */
  async #backOff(before: ContainerRecord, restarts: number): Promise<void> {
    const restartCount = before.restartCount + 1;
    const delayMs = restartDelayMs(restarts);
    if (delayMs > 0) {
      const message = `back-off ${delayMs / 1000}s restarting failed container=${before.name} pod=${this.#options.pod.metadata.name}`;
      this.#records.change(before.name, {
        lastState: before.state,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
      });
      this.#options.events.record(this.#options.pod, {
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${before.name}`,
      });
      await pause(this.#options.clock, delayMs, this.#stopping.signal);
    }
    if (this.#stop === undefined) {
      this.#records.change(before.name, { lastState: before.state, restartCount });
    } else {
      this.#records.change(before.name, { state: before.state, lastState: before.lastState });
    }
  }

  #policy(): string {
    return textAt(this.#options.pod, 'spec', 'restartPolicy') ?? 'Always';
  }

  /** After a shutdown: whether the next start of the node finds something to go on with. */
  #willRunAgain(): boolean {
    return this.#records.all().some((record) => {
      const end = terminatedOf(record);
      return end === undefined || restartsAfter(this.#policy(), end.exitCode, record.isInit);
    });
  }

  /** What the containers wrote in their own roots goes with them; logs stay as long as the pod. */
  async #cleanUp(goesOn: boolean): Promise<void> {
    const { folder } = this.#options;
    await rm(join(folder, 'containers'), { recursive: true, force: true });
    if (!goesOn) {
      await rm(join(folder, 'volumes'), { recursive: true, force: true });
    }
  }
}
