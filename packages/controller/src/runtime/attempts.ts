import type { Operation } from '@backup-maker/model';
import { isScheduled } from '../job-outcome.ts';
import { labels } from '../labels.ts';
import type { Context } from './context.ts';
import { indices } from './informers.ts';

/** Count the runs that CronJobs begin. Jobs that are older than this process were counted by the one before. */
export function countScheduledRuns({ informers, metrics, clock }: Context): void {
  const startedAt = clock.now();
  informers.jobs.onChange(({ type, object }) => {
    const { namespace = '', creationTimestamp, labels: its } = object.metadata;
    const isNew = type === 'added' && Date.parse(creationTimestamp ?? '') >= startedAt;
    const label = its?.[labels.scheduledBackup];
    const operation = its?.[labels.operation] as Operation | undefined;
    if (!isNew || !isScheduled(object) || label === undefined || operation === undefined) {
      return;
    }
    for (const { metadata } of informers.scheduledBackups.byIndex(indices.label, `${namespace}/${label}`)) {
      metrics.attempts.inc({ namespace, name: metadata.name, operation });
    }
  });
}
