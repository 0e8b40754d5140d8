import { findCondition } from '@backup-maker/kube';
import { steppedClock } from '@backup-maker/testing';
import { expect, it, vi } from 'vitest';
import { kinds } from '../src/kinds.ts';
import { requestedAction, scheduledBackup, startEnvironment, wait } from './environment.ts';

it.skipIf(process.env.CONTROLLER_TEST_KUBECONFIG)(
  'an action whose pod never begins fails after an hour, ends its Job and lets go of the schedule',
  async () => {
    const clock = steppedClock();
    await using environment = await startEnvironment({ clock });
    const { client, namespace } = environment;
    const schedule = async () => (await client.list(environment.cronJobs, { namespace })).items;
    await environment.start({ clock });
    await environment.apply(scheduledBackup('shop'), requestedAction('now', 'shop'));
    await vi.waitFor(async () => {
      expect((await client.list(kinds.job, { namespace })).items).toHaveLength(1);
      expect(await schedule()).toMatchObject([{ spec: { suspend: true } }]);
    }, wait);

    clock.step(61 * 60_000);
    await vi.waitFor(async () => {
      const { status } = await client.get(kinds.requestedAction, { namespace, name: 'now' });
      expect(findCondition(status?.conditions, 'Failed')).toMatchObject({
        status: 'True',
        reason: 'StartDeadlineExceeded',
      });
      expect(await schedule()).toMatchObject([{ spec: { suspend: false } }]);
      const [job] = (await client.list(kinds.job, { namespace })).items;
      expect(findCondition(job?.status?.conditions as never, 'Failed')).toMatchObject({ status: 'True' });
    }, wait);
  },
);
