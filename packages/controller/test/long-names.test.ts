import { isConditionTrue } from '@backup-maker/kube';
import { expect, it, vi } from 'vitest';
import { kinds } from '../src/kinds.ts';
import { endJob, requestedAction, scheduledBackup, startEnvironment, wait } from './environment.ts';

it.each([46, 63, 200])(
  'a ScheduledBackup whose name has %i characters is scheduled, and runs',
  async (length) => {
    await using environment = await startEnvironment();
    const { client, namespace } = environment;
    const name = 'production-customer-portal-uploads'.padEnd(length, '-attachments').replace(/-$/, 'x');
    await environment.start();
    await environment.apply(scheduledBackup(name), requestedAction('now', name));
    const job = await vi.waitFor(async () => {
      const { items } = await client.list(kinds.job, { namespace });
      expect(items).toHaveLength(1);
      return items[0];
    }, wait);
    const [cronJob] = (await client.list(environment.cronJobs, { namespace })).items;
    expect(cronJob?.metadata.name?.length).toBeLessThanOrEqual(52);
    job && (await endJob(client, job, 'Complete'));
    await vi.waitFor(async () => {
      const action = await client.get(kinds.requestedAction, { namespace, name: 'now' });
      expect(isConditionTrue(action.status?.conditions, 'Complete')).toBe(true);
      const backup = await client.get(kinds.scheduledBackup, { namespace, name });
      expect(isConditionTrue(backup.status?.conditions, 'Ready')).toBe(true);
      expect((await client.list(environment.cronJobs, { namespace })).items).toMatchObject([
        { spec: { suspend: false } },
      ]);
    }, wait);
  },
);
