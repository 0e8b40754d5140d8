import { apiVersionOf } from '@backup-maker/kube';
import { formatDuration, type RequestedBackupAction } from '@backup-maker/model';
import { type Change, problemChanges, trio, withConditions, withWarnings } from '../conditions.ts';
import { failureText, type JobOutcome, outcomeOf, type RunResult } from '../job-outcome.ts';
import { type Job, kinds } from '../kinds.ts';
import { stableId } from '../labels.ts';
import type { Problem } from '../problem.ts';
import { jobHealth, sizeFacts } from '../scheduled-backup/status.ts';

export type ActionStatus = NonNullable<RequestedBackupAction['status']>;

/** The reason of `Failed` when an action did not get to run in time. */
export const startDeadlineExceeded = 'StartDeadlineExceeded';

/** The reason of `Reconciling` while an action asks for the ScheduledBackup to itself. */
export const awaitingExclusiveRun = 'AwaitingExclusiveRun';

/** Where a requested action stands. */
export type ActionState =
  | { readonly type: 'problem'; readonly problem: Problem }
  /** Everything is there, but another run of the ScheduledBackup has to end, or its schedule to be held, first. */
  | { readonly type: 'waiting'; readonly message: string }
  | {
      readonly type: 'started';
      readonly job: Job;
      readonly detail?: string | undefined;
      /** False while no container of its pods has ever run. */
      readonly hasBegun?: boolean;
      /** What a run that succeeded reported. */
      readonly result?: RunResult | undefined;
    }
  /** It had its time to begin, and did not. */
  | { readonly type: 'given-up'; readonly message: string }
  /** It was started, and its Job is gone without an end that was seen. */
  | { readonly type: 'lost'; readonly jobName: string };

/** @param warnings what in the spec does not mean what it seems to mean */
export function actionStatus(
  action: RequestedBackupAction,
  {
    state,
    warnings,
    now,
  }: { readonly state: ActionState; readonly warnings: readonly string[]; readonly now: Date },
): ActionStatus {
  const previous = action.status ?? {};
  const { generation } = action.metadata;
  const job = state.type === 'started' ? state.job : undefined;
  const conditions = withConditions(previous.conditions, changesOf(action, state), { generation, now });
  return {
    ...previous,
    ...(generation !== undefined && { observedGeneration: generation }),
    conditions: [...withWarnings(conditions, warnings, { generation, now })],
    ...(job && {
      lastAppliedSpecHash: stableId(JSON.stringify(action.spec)),
      ownedReferences: [
        { apiVersion: apiVersionOf(kinds.job), kind: 'Job', trackingId: actionTrackingId(action) },
      ],
      childrenResourcesHealth: [jobHealth(job)],
    }),
    phase: phaseOf(state),
    ...(state.type === 'started' && runFacts(action, state)),
    processed: previous.processed === true || job !== undefined,
    healthy: job !== undefined && outcomeOf(job).type === 'succeeded',
  };
}

function phaseOf(state: ActionState): 'Waiting' | 'Running' | 'Complete' | 'Failed' {
  switch (state.type) {
    case 'problem':
    case 'waiting':
      return 'Waiting';
    case 'started':
      return phases[outcomeOf(state.job).type];
    case 'given-up':
    case 'lost':
      return 'Failed';
    default:
      return state satisfies never;
  }
}

const phases = { running: 'Running', succeeded: 'Complete', failed: 'Failed' } as const;

/** Which version it is about, how large and how long: what people ask of a run that has ended. */
function runFacts(
  { spec }: RequestedBackupAction,
  { job, result }: Extract<ActionState, { type: 'started' }>,
): Partial<ActionStatus> {
  const outcome = outcomeOf(job);
  const { startTime } = job.status ?? {};
  const version = spec.action === 'restore' ? (spec.targetVersion ?? 'latest') : result?.versionNumber;
  return {
    ...(version !== undefined && { version: String(version) }),
    ...sizeFacts(result?.sizeBytes),
    ...(outcome.type !== 'running' &&
      startTime !== undefined && {
        duration: formatDuration(Math.max(0, Date.parse(outcome.finishedAt) - Date.parse(startTime))),
      }),
  };
}

/** The label on the Job of an action. */
export function actionTrackingId(action: RequestedBackupAction): string {
  return stableId(action.metadata.uid ?? '', 'job');
}

function changesOf(action: RequestedBackupAction, state: ActionState): readonly Change[] {
  switch (state.type) {
    case 'problem':
      return [
        ...problemChanges(state.problem),
        { type: 'Healthy', status: 'False', reason: state.problem.reason, message: state.problem.message },
      ];
    case 'waiting':
      return [
        ...trio('reconciling', awaitingExclusiveRun, state.message),
        { type: 'Healthy', status: 'Unknown', reason: awaitingExclusiveRun, message: state.message },
      ];
    case 'started':
      return [...installed, ...runChanges(action, state.job, state.detail)];
    case 'given-up':
      return failedChanges(startDeadlineExceeded, state.message);
    case 'lost':
      return failedChanges('JobLost', `Job "${state.jobName}" was deleted before its end was seen`);
    default:
      return state satisfies never;
  }
}

const installed: readonly Change[] = [
  { type: 'BackupObjectsInstallation', status: 'True', reason: 'Installed', message: 'the Job was made' },
];

function runChanges(action: RequestedBackupAction, job: Job, detail: string | undefined): readonly Change[] {
  const outcome: JobOutcome = outcomeOf(job);
  const name = `Job "${job.metadata.name}"`;
  switch (outcome.type) {
    case 'running': {
      const message = detail === undefined ? `${name} is running` : `${name}: ${detail}`;
      return [
        ...trio('reconciling', 'Running', message),
        { type: 'Healthy', status: 'Unknown', reason: 'Running', message },
      ];
    }
    case 'succeeded': {
      const message = `the ${action.spec.action} succeeded`;
      return [
        ...trio('ready', 'Succeeded', message),
        { type: 'Healthy', status: 'True', reason: 'Succeeded', message },
        { type: 'Complete', status: 'True', reason: 'Succeeded', message },
      ];
    }
    case 'failed': {
      return failedChanges(
        'JobFailed',
        `${name} failed: ${failureText(outcome, detail)}. See kubectl logs job/${job.metadata.name}`,
      );
    }
    default:
      return outcome satisfies never;
  }
}

function failedChanges(reason: string, message: string): readonly Change[] {
  return [
    ...trio('stalled', reason, message),
    { type: 'Healthy', status: 'False', reason, message },
    { type: 'Failed', status: 'True', reason, message },
  ];
}
