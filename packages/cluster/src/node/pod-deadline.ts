import type { Clock } from '../clock.ts';
import { numberAt, textAt } from '../json.ts';
import { type KubeObject, kubeTime } from '../object.ts';

/** How long a pod's containers have to end by themselves when they are asked to, in milliseconds. */
export function graceMsOf(pod: KubeObject): number {
  return (numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30) * 1000;
}

/** Calls back when a pod has been active for longer than `activeDeadlineSeconds`. Returns how to cancel. */
export function startDeadline(pod: KubeObject, clock: Clock, onOver: () => void): () => void {
  const seconds = numberAt(pod, 'spec', 'activeDeadlineSeconds');
  if (seconds === undefined) {
    return () => {};
  }
  const start = Date.parse(textAt(pod, 'status', 'startTime') ?? kubeTime(clock.now()));
  return clock.after(start + seconds * 1000 - clock.now(), onOver);
}
