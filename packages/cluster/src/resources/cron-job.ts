import { type CronSchedule, parseCron } from '@backup-maker/model';
import { type Json, listAt, objectAt, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import {
  atLeast,
  flag,
  int32,
  int64,
  listOf,
  object,
  oneOf,
  text,
  time,
  withDefault,
} from '../schema/build.ts';
import type { FieldCause } from '../status-error.ts';
import { age, ageColumn, cellAt, column, nameColumn } from './column.ts';
import { containerFields, jobSpec, validateJobSpec } from './job.ts';
import { kindSchema, objectMeta, objectReference } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const cronJobType: ResourceType = builtInType({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  hasStatus: true,
  hasGeneration: true,
  schema: kindSchema(
    {
      spec: object(
        {
          schedule: text,
          timeZone: text,
          startingDeadlineSeconds: atLeast(0, int64),
          concurrencyPolicy: withDefault(oneOf('Allow', 'Forbid', 'Replace'), 'Allow'),
          suspend: withDefault(flag, false),
          jobTemplate: object({ metadata: objectMeta, spec: jobSpec }),
          successfulJobsHistoryLimit: withDefault(atLeast(0, int32), 3),
          failedJobsHistoryLimit: withDefault(atLeast(0, int32), 1),
        },
        ['schedule', 'jobTemplate'],
      ),
      status: object({ active: listOf(objectReference), lastScheduleTime: time, lastSuccessfulTime: time }),
    },
    ['spec'],
  ),
  columns: [
    nameColumn,
    column('Schedule', cellAt('spec', 'schedule')),
    column('TimeZone', cellAt('spec', 'timeZone')),
    column('Suspend', (job) => (valueAt(job, 'spec', 'suspend') === true ? 'True' : 'False')),
    column('Active', (job) => listAt(job, 'status', 'active').length, { type: 'integer' }),
    column('Last Schedule', (job, nowMs) => {
      const last = textAt(job, 'status', 'lastScheduleTime');
      return last === undefined ? '<none>' : age(last, nowMs);
    }),
    ageColumn,
    column('Containers', (job) => containerFields(template(job), 'name'), { wide: true }),
    column('Images', (job) => containerFields(template(job), 'image'), { wide: true }),
    column('Selector', () => '<none>', { wide: true }),
  ],
  behaviour: { prepareCreate: (job) => ({ ...job, status: {} }), validate: validateCronJob },
});

function template(job: KubeObject): Json {
  return objectAt(job, 'spec', 'jobTemplate');
}

/** The schedule as Kubernetes reads it; throws where it is none. */
export function parseSchedule(schedule: string, timeZone: string | undefined): CronSchedule {
  return parseCron(schedule, timeZone);
}

function validateCronJob(job: KubeObject): readonly FieldCause[] {
  const schedule = textAt(job, 'spec', 'schedule') ?? '';
  const timeZone = textAt(job, 'spec', 'timeZone');
  const causes = [...validateJobSpec(objectAt(job, 'spec', 'jobTemplate', 'spec'), 'spec.jobTemplate.spec')];
  if (job.metadata.name.length > 52) {
    causes.push({
      field: 'metadata.name',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(job.metadata.name)}: must be no more than 52 characters`,
    });
  }
  if (/TZ=/.test(schedule)) {
    causes.push({
      field: 'spec.schedule',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(schedule)}: cannot use TZ or CRON_TZ in schedule, use timeZone field instead`,
    });
  } else if (schedule !== schedule.trim() || !parses(schedule, undefined)) {
    causes.push({
      field: 'spec.schedule',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(schedule)}: is no schedule of five cron fields, @daily or the like, or @every 1h30m`,
    });
  }
  if (timeZone !== undefined && (timeZone === '' || !parses('0 0 * * *', timeZone))) {
    causes.push({
      field: 'spec.timeZone',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`,
    });
  }
  return causes;
}

function parses(schedule: string, timeZone: string | undefined): boolean {
  try {
    parseSchedule(schedule, timeZone);
    return true;
  } catch {
    return false;
  }
}
