import { type JsonObject, listAt, numberAt, objectAt, textAt, valueAt } from '../json.ts';
import { controllerOf, isBeingDeleted, type KubeObject, kubeTime } from '../object.ts';
import { cronJobType } from '../resources/cron-job.ts';
import { jobType } from '../resources/job.ts';
import { type Controller, type ControllerContext, keyOfObject, parseKey, queueKey } from './controller.ts';
import { askSchedule, type CronAnswer } from './cron-schedule.ts';
import { isFinished } from './job-condition.ts';
import { WorkQueue } from './work-queue.ts';

const manager = { fieldManager: 'cronjob-controller' } as const;

/** How often the clock is looked at, and by how much it may be off before every schedule is asked again. */
const clockCheckMs = 10_000;
const clockStepMs = 2_000;

/** Makes Jobs by the schedules of CronJobs and clears old ones away. */
export function startCronJobController(context: ControllerContext): Controller {
  const queue: WorkQueue = new WorkQueue({
    ...context,
    name: 'cron-job',
    reconcile: (key) => reconcile(context, queue, key),
  });
  for (const cronJob of context.objects.list(cronJobType)) {
    queue.add(queueKey(cronJob));
  }
  const unsubscribe = context.store.subscribe(({ resource, entry: { object } }) => {
    if (resource === cronJobType.storageKey) {
      queue.add(queueKey(object));
    } else if (resource === jobType.storageKey) {
      const owner = controllerOf(object);
      if (owner?.kind === 'CronJob') {
        queue.add(`${object.metadata.namespace}/${owner.name}`);
      }
    }
  });
  const stopWatching = watchClock(context, () => {
    for (const cronJob of context.objects.list(cronJobType)) {
      queue.add(queueKey(cronJob));
    }
  });
  return {
    close() {
      unsubscribe();
      stopWatching();
      queue.close();
    },
  };
}

/** Calls back when the clock was set, or the machine slept: timers know nothing of either. */
function watchClock({ clock }: ControllerContext, onStep: () => void): () => void {
  const offset = (): number => clock.now() - clock.elapsed();
  let known = offset();
  let cancel = clock.after(clockCheckMs, check);
  function check(): void {
    if (Math.abs(offset() - known) > clockStepMs) {
      onStep();
    }
    // A clock that is only corrected bit by bit is followed.
    known = offset();
    cancel = clock.after(clockCheckMs, check);
  }
  return () => cancel();
}

function reconcile(context: ControllerContext, queue: WorkQueue, key: string): void {
  const { objects, clock } = context;
  const { namespace, name } = parseKey(key);
  const cronJob = objects.find(cronJobType, namespace, name);
  if (cronJob === undefined || isBeingDeleted(cronJob)) {
    return;
  }
  const jobs = jobsOf(context, cronJob);
  announceEnded(context, cronJob, jobs);
  const current = saveStatus(context, cronJob, statusFrom(cronJob, jobs));
  clearHistory(context, current, jobs);
  if (current.spec?.suspend === true) {
    return;
  }
  const answer = ask(current, clock.now());
  if (answer.dueMs !== undefined) {
    startRun(context, current, jobs, answer.dueMs, answer.missed);
  }
  if (answer.nextMs !== undefined) {
    queue.addAfter(key, Math.max(1, answer.nextMs - clock.now()));
  }
}

function ask(cronJob: KubeObject, nowMs: number): CronAnswer {
  const deadline = numberAt(cronJob, 'spec', 'startingDeadlineSeconds');
  return askSchedule({
    schedule: textAt(cronJob, 'spec', 'schedule') ?? '',
    timeZone: textAt(cronJob, 'spec', 'timeZone'),
    sinceMs: Date.parse(textAt(cronJob, 'status', 'lastScheduleTime') ?? cronJob.metadata.creationTimestamp),
    nowMs,
    startingDeadlineMs: deadline === undefined ? undefined : deadline * 1000,
  });
}

function jobsOf({ owners }: ControllerContext, cronJob: KubeObject): readonly KubeObject[] {
  return owners
    .childrenOf(cronJob.metadata.uid)
    .filter(
      ({ resource, object }) =>
        resource === jobType.storageKey && controllerOf(object)?.uid === cronJob.metadata.uid,
    )
    .map(({ object }) => object);
}

function statusFrom(cronJob: KubeObject, jobs: readonly KubeObject[]): JsonObject {
  const active = jobs.filter((job) => isFinished(job) === undefined && !isBeingDeleted(job)).map(reference);
  const successes = jobs
    .filter((job) => isFinished(job) === 'Complete')
    .map((job) => textAt(job, 'status', 'completionTime') ?? '');
  const lastSuccessfulTime = [textAt(cronJob, 'status', 'lastSuccessfulTime') ?? '', ...successes]
    .sort()
    .at(-1);
  const { active: _, ...rest } = cronJob.status ?? {};
  return { ...rest, ...(active.length > 0 && { active }), ...(lastSuccessfulTime && { lastSuccessfulTime }) };
}

function reference(job: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion } = job.metadata;
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
}

function saveStatus({ objects }: ControllerContext, cronJob: KubeObject, status: JsonObject): KubeObject {
  return objects.update(cronJobType, keyOfObject(cronJob), (old) => ({ ...old, status }), {
    ...manager,
    subresource: 'status',
  });
}

/** An event for each Job that was active when the status was last written and has ended since. */
function announceEnded(
  { events }: ControllerContext,
  cronJob: KubeObject,
  jobs: readonly KubeObject[],
): void {
  for (const active of listAt(cronJob, 'status', 'active')) {
    const job = jobs.find((one) => one.metadata.uid === valueAt(active, 'uid'));
    const end = job && isFinished(job);
    if (end !== undefined) {
      events.record(cronJob, {
        type: 'Normal',
        reason: 'SawCompletedJob',
        message: `Saw completed job: ${textAt(active, 'name')}, condition: ${end}`,
      });
    }
  }
}

/** Keeps as many finished Jobs as the history limits say, the newest. */
function clearHistory(
  { objects, events }: ControllerContext,
  cronJob: KubeObject,
  jobs: readonly KubeObject[],
): void {
  const limits = {
    Complete: numberAt(cronJob, 'spec', 'successfulJobsHistoryLimit') ?? 3,
    Failed: numberAt(cronJob, 'spec', 'failedJobsHistoryLimit') ?? 1,
  } as const;
  for (const [end, limit] of Object.entries(limits)) {
    const finished = jobs.filter((job) => isFinished(job) === end && !isBeingDeleted(job));
    finished.sort(
      (a, b) => startOf(a).localeCompare(startOf(b)) || a.metadata.name.localeCompare(b.metadata.name),
    );
    for (const job of finished.slice(0, Math.max(0, finished.length - limit))) {
      objects.delete(jobType, keyOfObject(job), { propagationPolicy: 'Background' });
      events.record(cronJob, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted job ${job.metadata.name}`,
      });
    }
  }
}

function startOf(job: KubeObject): string {
  return textAt(job, 'status', 'startTime') ?? job.metadata.creationTimestamp;
}

function startRun(
  context: ControllerContext,
  cronJob: KubeObject,
  jobs: readonly KubeObject[],
  dueMs: number,
  missed: number,
): void {
  const { objects, events } = context;
  const active = jobs.filter((job) => isFinished(job) === undefined && !isBeingDeleted(job));
  if (missed >= 100) {
    events.record(cronJob, {
      type: 'Warning',
      reason: 'TooManyMissedTimes',
      message: `too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew`,
    });
  }
  const policy = textAt(cronJob, 'spec', 'concurrencyPolicy') ?? 'Allow';
  if (policy === 'Forbid' && active.length > 0) {
    events.record(cronJob, {
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
    return;
  }
  if (policy === 'Replace') {
    for (const job of active) {
      objects.delete(jobType, keyOfObject(job), { propagationPolicy: 'Background' });
    }
  }
  const job = jobFor(cronJob, dueMs);
  // The name comes from the time: a run that was made before a crash is found, not made again.
  if (objects.find(jobType, cronJob.metadata.namespace ?? '', job.metadata.name) === undefined) {
    objects.create(jobType, job, manager);
    events.record(cronJob, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created job ${job.metadata.name}`,
    });
  }
  const current = objects.get(cronJobType, cronJob.metadata.namespace ?? '', cronJob.metadata.name);
  saveStatus(context, current, { ...current.status, lastScheduleTime: kubeTime(dueMs) });
}

function jobFor(
  cronJob: KubeObject,
  dueMs: number,
): JsonObject & { readonly metadata: JsonObject & { readonly name: string } } {
  const { name, namespace, uid } = cronJob.metadata;
  const template = objectAt(cronJob, 'spec', 'jobTemplate');
  const metadata = objectAt(template, 'metadata');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(dueMs / 60_000)}`,
      namespace,
      ...(metadata.labels !== undefined && { labels: metadata.labels }),
      annotations: {
        ...objectAt(metadata, 'annotations'),
        'batch.kubernetes.io/cronjob-scheduled-timestamp': kubeTime(dueMs),
      },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: objectAt(template, 'spec'),
  };
}
