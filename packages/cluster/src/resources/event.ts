import { type Json, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { int32, object, text, time } from '../schema/build.ts';
import { age, cellAt, column, nameColumn } from './column.ts';
import { kindSchema, objectReference } from './metadata.ts';
import { builtInType, type ResourceType } from './resource-type.ts';

export const eventType: ResourceType = builtInType({
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  schema: kindSchema(
    {
      involvedObject: objectReference,
      reason: text,
      message: text,
      source: object({ component: text, host: text }),
      firstTimestamp: time,
      lastTimestamp: time,
      eventTime: { ...time },
      count: int32,
      type: text,
      action: text,
      related: objectReference,
      reportingComponent: text,
      reportingInstance: text,
      series: object({ count: int32, lastObservedTime: time }),
    },
    ['involvedObject'],
  ),
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  columns: [
    column('Last Seen', (event, nowMs) => age(lastSeen(event), nowMs)),
    column('Type', cellAt('type')),
    column('Reason', cellAt('reason')),
    column('Object', (event) => {
      return `${(textAt(event, 'involvedObject', 'kind') ?? '').toLowerCase()}/${textAt(event, 'involvedObject', 'name') ?? ''}`;
    }),
    column('Subobject', (event) => textAt(event, 'involvedObject', 'fieldPath') ?? '', { wide: true }),
    column(
      'Source',
      (event) => textAt(event, 'source', 'component') ?? textAt(event, 'reportingComponent') ?? '',
      { wide: true },
    ),
    column('Message', (event) => (textAt(event, 'message') ?? '').trim()),
    column('First Seen', (event, nowMs) => age(event.firstTimestamp ?? event.eventTime, nowMs), {
      wide: true,
    }),
    column('Count', (event) => valueAt(event, 'series', 'count') ?? event.count ?? 1, {
      wide: true,
      type: 'integer',
    }),
    { ...nameColumn, priority: 1 },
  ],
});

function lastSeen(event: KubeObject): Json | undefined {
  return (
    valueAt(event, 'series', 'lastObservedTime') ??
    event.lastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp
  );
}
