import { type Condition, type ConditionUpdate, removeConditions, setCondition } from '@backup-maker/kube';
import type { Problem } from './problem.ts';

/** The condition types that the controller sets. */
export type ConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'BackupObjectsInstallation'
  | 'Healthy'
  | 'Missed'
  | 'SpecWarning'
  | 'Complete'
  | 'Failed';

export interface ConditionContext {
  readonly generation: number | undefined;
  readonly now: Date;
}

export type Change = Pick<ConditionUpdate, 'status' | 'reason' | 'message'> & {
  readonly type: ConditionType;
};

/** Lay changes over the conditions of an object. */
export function withConditions(
  conditions: readonly Condition[] | undefined,
  changes: readonly Change[],
  { generation, now }: ConditionContext,
): readonly Condition[] {
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return changes.reduce<readonly Condition[]>(
    (list, change) => setCondition(list, { ...change, ...observed }, now),
    conditions ?? [],
  );
}

export function withoutConditions(conditions: readonly Condition[], ...types: readonly ConditionType[]) {
  return removeConditions(conditions, ...types);
}

/** Of a condition's message (metav1.Condition). */
const longestMessage = 32_768;

/**
 * What in a spec does not mean what it seems to mean: `SpecWarning` is True, or not there at all, so that nobody waits
 * for it to get False.
 */
export function withWarnings(
  conditions: readonly Condition[],
  warnings: readonly string[],
  context: ConditionContext,
): readonly Condition[] {
  if (warnings.length === 0) {
    return withoutConditions(conditions, 'SpecWarning');
  }
  const message = warnings.join('; ').slice(0, longestMessage);
  const change: Change = { type: 'SpecWarning', status: 'True', reason: 'NotAsWritten', message };
  return withConditions(conditions, [change], context);
}

/** The kstatus trio: in order, being worked on, or in need of somebody's hand. */
export function trio(
  state: 'ready' | 'reconciling' | 'stalled',
  reason: string,
  message: string,
): readonly Change[] {
  return [
    { type: 'Ready', status: state === 'ready' ? 'True' : 'False', reason, message },
    { type: 'Reconciling', ...(state === 'reconciling' ? { status: 'True', reason, message } : settled) },
    { type: 'Stalled', ...(state === 'stalled' ? { status: 'True', reason, message } : proceeding) },
  ];
}

const settled = { status: 'False', reason: 'Settled', message: 'nothing is being changed' } as const;
const proceeding = {
  status: 'False',
  reason: 'Proceeding',
  message: 'nothing needs a change by hand',
} as const;

/** What a problem makes of the trio and of the installation. */
export function problemChanges({ state, reason, message }: Problem): readonly Change[] {
  return [
    ...trio(state === 'stalled' ? 'stalled' : 'reconciling', reason, message),
    { type: 'BackupObjectsInstallation', status: 'False', reason, message },
  ];
}
