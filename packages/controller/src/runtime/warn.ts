import { type Condition, findCondition, type KubeObject } from '@backup-maker/kube';
import type { Context } from './context.ts';

interface Warned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** An event for what in the spec of an object does not mean what it seems to mean, when that is new. */
export async function reportWarnings({ events }: Context, before: Warned, after: Warned): Promise<void> {
  const messageOf = ({ status }: Warned) => findCondition(status?.conditions, 'SpecWarning')?.message;
  const message = messageOf(after);
  if (message !== undefined && message !== messageOf(before)) {
    await events.record(after, { type: 'Warning', reason: 'SpecWarning', message });
  }
}
