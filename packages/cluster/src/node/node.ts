import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { LogSource } from '../api/call.ts';
import type { ControllerContext } from '../controllers/controller.ts';
import { eventRecorder } from '../controllers/event-recorder.ts';
import { textAt } from '../json.ts';
import { isBeingDeleted, type KubeObject } from '../object.ts';
import { configMapType } from '../resources/config-map.ts';
import { persistentVolumeClaimType } from '../resources/persistent-volume-claim.ts';
import { podType } from '../resources/pod.ts';
import { secretType } from '../resources/secret.ts';
import { claimFolder } from './claims.ts';
import { endLeftovers } from './leftovers.ts';
import { logSource } from './log-source.ts';
import { address, registerNode } from './node-object.ts';
import { PodRun } from './pod-run.ts';
import { warnOfPod } from './pod-warnings.ts';
import { inspectMachine, type Machine } from './sandbox/machine.ts';
import type { Programs } from './sandbox/programs.ts';

export interface NodeOptions {
  readonly name: string | undefined;
  readonly folder: string;
  readonly programs: Programs | undefined;
  readonly confine: 'auto' | 'never';
  readonly hiddenPaths: readonly string[];
}

export interface PodNode {
  readonly logs: LogSource;
  /** Why pods see and change this machine, where they do. */
  readonly unconfinedBecause: string | undefined;
  readonly close: () => Promise<void>;
}

const shutdownGraceMs = 30_000;

/** Starts the node: it takes every pod that nobody has taken, and goes on with those that it had before. */
export async function startNode(context: ControllerContext, options: NodeOptions): Promise<PodNode> {
  const podsFolder = join(options.folder, 'pods');
  await mkdir(podsFolder, { recursive: true, mode: 0o711 });
  const ended = await endLeftovers(podsFolder);
  if (ended > 0) {
    context.log.warn({ ended }, 'ended processes that an earlier node had left');
  }
  const machine = await inspectMachine({
    ...options,
    folder: podsFolder,
    launchersFolder: join(options.folder, 'programs'),
  });
  if (machine.unconfinedBecause !== undefined) {
    context.log.warn(
      { because: machine.unconfinedBecause },
      'pods run unconfined: they see and change this machine as this process can',
    );
  }
  const node = new Node(context, {
    ...options,
    name: options.name ?? hostname().toLowerCase(),
    podsFolder,
    machine,
  });
  await node.start();
  return node;
}

interface Settings extends NodeOptions {
  readonly name: string;
  readonly podsFolder: string;
  readonly machine: Machine;
}

class Node implements PodNode {
  readonly logs: LogSource;
  readonly unconfinedBecause: string | undefined;
  readonly #context: ControllerContext;
  readonly #settings: Settings;
  readonly #runs = new Map<string, { readonly run: PodRun; readonly done: Promise<void> }>();
  #unsubscribe: () => void = () => {};
  #closed = false;

  constructor(context: ControllerContext, settings: Settings) {
    this.#context = { ...context, events: eventRecorder({ ...context, component: 'kubelet' }) };
    this.#settings = settings;
    this.unconfinedBecause = settings.machine.unconfinedBecause;
    this.logs = logSource({
      objects: context.objects,
      podsFolder: settings.podsFolder,
      isRunning: (uid, container) => this.#runs.get(uid)?.run.isRunning(container) ?? false,
    });
  }

  async start(): Promise<void> {
    const { objects, store } = this.#context;
    registerNode(this.#context, this.#settings.name);
    const pods = objects.list(podType);
    const known = new Set(pods.map((pod) => pod.metadata.uid));
    for (const uid of await readdir(this.#settings.podsFolder)) {
      if (!known.has(uid)) {
        await rm(join(this.#settings.podsFolder, uid), { recursive: true, force: true });
      }
    }
    this.#unsubscribe = store.subscribe(({ type, resource, entry }) => {
      if (resource === podType.storageKey) {
        // Not within the write that tells of it: what follows writes too.
        setImmediate(() => this.#followSafely(entry.object, type === 'DELETED'));
      }
    });
    for (const pod of pods) {
      this.#followSafely(pod, false);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const { run } of this.#runs.values()) {
      run.stop({ why: 'shutdown' }, shutdownGraceMs);
    }
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
  }

  /** One pod that can't be handled must not take the others down. */
  #followSafely(event: KubeObject, gone: boolean): void {
    try {
      this.#follow(event, gone);
    } catch (error) {
      this.#context.log.error({ err: error, pod: event.metadata.name }, 'the node could not follow a pod');
    }
  }

  #follow(event: KubeObject, gone: boolean): void {
    const { uid, name, namespace = '' } = event.metadata;
    const active = this.#runs.get(uid);
    if (gone) {
      active?.run.stop({ why: 'deleted' }, 0);
      if (active === undefined) {
        this.#forget(uid);
      }
      return;
    }
    const pod = this.#context.objects.find(podType, namespace, name);
    if (this.#closed || pod === undefined || pod.metadata.uid !== uid) {
      return;
    }
    if (active !== undefined) {
      if (isBeingDeleted(pod)) {
        active.run.stop({ why: 'deleted' }, (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
      }
      return;
    }
    const phase = textAt(pod, 'status', 'phase');
    if (isBeingDeleted(pod)) {
      this.#finishDeletion(pod);
    } else if (phase !== 'Succeeded' && phase !== 'Failed') {
      this.#take(pod);
    }
  }

  #take(pod: KubeObject): void {
    const { objects, events } = this.#context;
    const nodeName = textAt(pod, 'spec', 'nodeName');
    if (nodeName === undefined) {
      const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
      objects.update(
        podType,
        key,
        (old) => ({ ...old, spec: { ...old.spec, nodeName: this.#settings.name } }),
        { fieldManager: 'kube-scheduler' },
      );
      const message = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${this.#settings.name}`;
      events.record(pod, { type: 'Normal', reason: 'Scheduled', message });
      return;
    }
    if (nodeName === this.#settings.name) {
      this.#run(pod);
    }
  }

  #run(pod: KubeObject): void {
    const { objects, events, clock, log } = this.#context;
    const { machine, podsFolder } = this.#settings;
    const { uid, namespace = '' } = pod.metadata;
    warnOfPod(events, pod, machine);
    const run = new PodRun({
      pod,
      folder: join(podsFolder, uid),
      objects,
      events,
      clock,
      log,
      machine,
      address,
      source: {
        configMap: (name) => objects.find(configMapType, namespace, name),
        secret: (name) => objects.find(secretType, namespace, name),
      },
      claimFolder: (name) => {
        const claim = objects.find(persistentVolumeClaimType, namespace, name);
        return claim && claimFolder(this.#settings.folder, claim);
      },
    });
    const done = run
      .run()
      .catch((error: unknown) => {
        log.error({ err: error, pod: pod.metadata.name, namespace }, 'the pod could not be run');
      })
      .then(() => this.#finished(pod))
      .catch((error: unknown) => {
        log.error({ err: error, pod: pod.metadata.name, namespace }, 'the pod could not be ended');
      });
    this.#runs.set(uid, { run, done });
  }

  #finished(pod: KubeObject): void {
    this.#runs.delete(pod.metadata.uid);
    const current = this.#context.objects.find(podType, pod.metadata.namespace ?? '', pod.metadata.name);
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) {
      this.#forget(pod.metadata.uid);
    } else if (isBeingDeleted(current)) {
      this.#finishDeletion(current);
    }
  }

  /** The processes have ended: the object may go. */
  #finishDeletion(pod: KubeObject): void {
    if ((pod.metadata.deletionGracePeriodSeconds ?? 0) === 0 && (pod.metadata.finalizers ?? []).length > 0) {
      return;
    }
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
    this.#context.objects.delete(podType, key, {
      gracePeriodSeconds: 0,
      preconditions: { uid: pod.metadata.uid },
    });
  }

  #forget(uid: string): void {
    const folder = join(this.#settings.podsFolder, uid);
    rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
      this.#context.log.error({ err: error, folder }, 'the folder of a deleted pod could not be removed');
    });
  }
}
