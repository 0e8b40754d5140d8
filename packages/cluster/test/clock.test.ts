import { steppedClock } from '@backup-maker/testing';
import { expect, test } from 'vitest';
import { eventually, startEmbedded } from './embedded.ts';
import { job } from './manifests.ts';

const dayMs = 24 * 60 * 60 * 1000;

test('a CronJob makes one run after the clock went two days ahead, and none again after it went back', async () => {
  const clock = steppedClock();
  await using embedded = await startEmbedded({ confine: 'never', clock });
  const { spec } = JSON.parse(job({ name: 'x', script: 'true' })) as { spec: object };
  const cron = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'daily' },
    spec: {
      schedule: '0 2 * * *',
      timeZone: 'Europe/Warsaw',
      successfulJobsHistoryLimit: 10,
      jobTemplate: { spec },
    },
  };
  await embedded.call('POST', '/apis/batch/v1/namespaces/default/cronjobs', { body: cron });
  const jobs = async (): Promise<readonly string[]> => {
    const { body } = await embedded.call('GET', '/apis/batch/v1/namespaces/default/jobs');
    return body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
  };
  expect(await jobs()).toEqual([]);
  clock.step(2 * dayMs);
  const [first] = await eventually(jobs, (names) => names.length === 1);
  const { body: ahead } = await eventually(
    () => embedded.call('GET', '/apis/batch/v1/namespaces/default/cronjobs/daily'),
    ({ body }) => body.status?.lastScheduleTime !== undefined,
  );
  const due = Date.parse(ahead.status.lastScheduleTime);
  expect(clock.now() - due, 'the newest run that was due, not the one before').toBeLessThan(
    dayMs + 3_600_000,
  );
  expect(due).toBeLessThanOrEqual(clock.now());
  clock.step(-2 * dayMs);
  clock.step(dayMs);
  await embedded.call('PATCH', '/apis/batch/v1/namespaces/default/cronjobs/daily', {
    type: 'application/merge-patch+json',
    body: { metadata: { labels: { looked: 'again' } } },
  });
  await eventually(
    () => embedded.call('GET', '/apis/batch/v1/namespaces/default/cronjobs/daily'),
    ({ body }) => body.metadata.labels?.looked === 'again',
  );
  expect(await jobs()).toEqual([first]);
});
