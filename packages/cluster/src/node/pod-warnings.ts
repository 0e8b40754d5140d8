import type { EventRecorder } from '../controllers/event-recorder.ts';
import type { KubeObject } from '../object.ts';
import type { Machine } from './sandbox/machine.ts';
import { unsupportedFields } from './security.ts';

/** Says in events what a pod asks for and does not get here. */
export function warnOfPod(events: EventRecorder, pod: KubeObject, machine: Machine): void {
  const ignored = unsupportedFields(pod);
  if (ignored.length > 0) {
    events.record(pod, {
      // Limits of resources are on every pod of ours, and nobody is the worse for a backup that may take more.
      type: ignored.every((field) => field.startsWith('resources.')) ? 'Normal' : 'Warning',
      reason: 'NotImplemented',
      message: `the embedded cluster does not act on ${ignored.join(', ')}`,
    });
  }
  if (machine.unconfinedBecause !== undefined) {
    events.record(pod, {
      type: 'Warning',
      reason: 'Unconfined',
      message: `the pod runs unconfined: ${machine.unconfinedBecause}`,
    });
  }
}
