import { textAt } from '../json.ts';
import { eventType } from '../resources/event.ts';
import { type Controller, type ControllerContext, keyOfObject } from './controller.ts';

/** As long as Kubernetes keeps events. */
const keptMs = 60 * 60 * 1000;
const sweepMs = 5 * 60 * 1000;

/** Deletes Events that are old: they tell of the present. */
export function expireEvents({ objects, clock }: ControllerContext): Controller {
  let cancel = clock.after(sweepMs, sweep);
  function sweep(): void {
    for (const event of objects.list(eventType)) {
      const seen = textAt(event, 'lastTimestamp') ?? event.metadata.creationTimestamp;
      if (clock.now() - Date.parse(seen) > keptMs) {
        objects.delete(eventType, keyOfObject(event));
      }
    }
    cancel = clock.after(sweepMs, sweep);
  }
  return { close: () => cancel() };
}
