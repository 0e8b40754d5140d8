import { type JsonObject, objectAt, textAt } from '../json.ts';
import { controllerOf, isBeingDeleted, type KubeObject } from '../object.ts';
import { jobType } from '../resources/job.ts';
import { podType } from '../resources/pod.ts';
import { type Controller, type ControllerContext, keyOfObject, parseKey, queueKey } from './controller.ts';
import { trackingFinalizer } from './job-count.ts';
import { decideJob } from './job-decision.ts';
import { WorkQueue } from './work-queue.ts';

const manager = { fieldManager: 'job-controller' } as const;

/** Runs Jobs: makes their pods, counts how they end, says when the Job is complete or failed. */
export function startJobController(context: ControllerContext): Controller {
  const queue: WorkQueue = new WorkQueue({
    ...context,
    name: 'job',
    reconcile: (key) => reconcile(context, queue, key),
  });
  const orphans = new WorkQueue({
    ...context,
    name: 'orphaned-pod',
    reconcile: (key) => releaseOrphan(context, key),
  });
  for (const job of context.objects.list(jobType)) {
    queue.add(queueKey(job));
  }
  const unsubscribe = context.store.subscribe(({ resource, entry: { object } }) => {
    if (resource === jobType.storageKey) {
      queue.add(queueKey(object));
    } else if (resource === podType.storageKey) {
      const owner = controllerOf(object);
      if (owner?.kind === 'Job') {
        queue.add(`${object.metadata.namespace}/${owner.name}`);
      } else if (object.metadata.finalizers?.includes(trackingFinalizer) && isBeingDeleted(object)) {
        orphans.add(queueKey(object));
      }
    }
  });
  return {
    close() {
      unsubscribe();
      queue.close();
      orphans.close();
    },
  };
}

function reconcile(context: ControllerContext, queue: WorkQueue, key: string): void {
  const { objects } = context;
  const { namespace, name } = parseKey(key);
  const job = objects.find(jobType, namespace, name);
  if (job === undefined) {
    releaseOrphans(context, namespace, name);
    return;
  }
  const decision = decideJob(job, podsOf(context, job), context.clock.now());
  // The status first: a pod is released only when its end is written down.
  objects.update(jobType, { namespace, name }, (old) => ({ ...old, status: compact(decision.status) }), {
    ...manager,
    subresource: 'status',
  });
  for (const pod of decision.release) {
    objects.removeFinalizer(podType, pod, trackingFinalizer);
  }
  for (const pod of decision.deletePods) {
    objects.delete(podType, keyOfObject(pod), { propagationPolicy: 'Background' });
    context.events.record(job, {
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted pod: ${pod.metadata.name}`,
    });
  }
  for (let count = 0; count < decision.createPods; count += 1) {
    createPod(context, job);
  }
  if (decision.event !== undefined) {
    context.events.record(job, decision.event);
  }
  if (decision.deleteJob) {
    objects.delete(
      jobType,
      { namespace, name },
      { propagationPolicy: 'Foreground', preconditions: { uid: job.metadata.uid } },
    );
  }
  if (decision.againMs !== undefined) {
    queue.addAfter(key, decision.againMs);
  }
}

function podsOf({ owners }: ControllerContext, job: KubeObject): readonly KubeObject[] {
  return owners
    .childrenOf(job.metadata.uid)
    .filter(({ resource }) => resource === podType.storageKey)
    .map(({ object }) => object);
}

/** A pod that has lost its Job: nobody counts it any more. */
function releaseOrphan({ objects }: ControllerContext, key: string): void {
  const { namespace, name } = parseKey(key);
  const pod = objects.find(podType, namespace, name);
  if (pod !== undefined) {
    objects.removeFinalizer(podType, pod, trackingFinalizer);
  }
}

/** Pods of a Job that is gone, which wait for it to count them. */
function releaseOrphans({ objects }: ControllerContext, namespace: string, jobName: string): void {
  for (const pod of objects.list(podType, namespace)) {
    if (controllerOf(pod)?.name === jobName && pod.metadata.finalizers?.includes(trackingFinalizer)) {
      objects.removeFinalizer(podType, pod, trackingFinalizer);
    }
  }
}

function createPod(context: ControllerContext, job: KubeObject): void {
  const template = objectAt(job, 'spec', 'template');
  const { uid, name, namespace } = job.metadata;
  const labels = objectAt(template, 'metadata', 'labels');
  const annotations = objectAt(template, 'metadata', 'annotations');
  const pod = context.objects.create(
    podType,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: `${name.slice(0, 57)}-`,
        namespace,
        labels,
        ...(Object.keys(annotations).length > 0 && { annotations }),
        finalizers: [trackingFinalizer],
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: objectAt(template, 'spec'),
    },
    manager,
  );
  context.events.record(job, {
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: `Created pod: ${textAt(pod, 'metadata', 'name')}`,
  });
}

function compact(status: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined));
}
