/** `metav1.Condition`. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** Stable, CamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export type ConditionUpdate = Omit<Condition, 'lastTransitionTime'>;

const maxMessageLength = 32_768;

/** The conditions with one set. Its transition time changes only when its status does. */
export function setCondition(
  conditions: readonly Condition[],
  update: ConditionUpdate,
  now: Date,
): readonly Condition[] {
  const previous = findCondition(conditions, update.type);
  const unchanged = previous?.status === update.status;
  const next: Condition = {
    ...update,
    message: update.message.slice(0, maxMessageLength),
    lastTransitionTime: unchanged ? previous.lastTransitionTime : timestamp(now),
  };
  return previous ? conditions.map((entry) => (entry === previous ? next : entry)) : [...conditions, next];
}

/** The conditions without those of these types. */
export function removeConditions(
  conditions: readonly Condition[],
  ...types: readonly string[]
): readonly Condition[] {
  return conditions.filter((condition) => !types.includes(condition.type));
}

export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** `metav1.Time`: RFC 3339 in UTC, whole seconds. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** `metav1.MicroTime`, as Leases and events have it. */
export function microTimestamp(date: Date): string {
  return date.toISOString().replace(/Z$/, '000Z');
}
