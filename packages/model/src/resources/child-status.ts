import { Type } from 'typebox';
import { Conditions } from './fields.ts';

/** Of `-o wide`: what is in the way of a child, or that nothing is. */
export const readyMessageColumn = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  priority: 1,
} as const;

/** What ScheduledBackup and RequestedBackupAction both report of themselves and of the objects they own. */
export const childStatus = {
  lastAppliedSpecHash: Type.Optional(Type.String()),
  observedGeneration: Type.Optional(Type.Integer()),
  conditions: Type.Optional(Conditions),
  ownedReferences: Type.Optional(
    Type.Array(Type.Object({ apiVersion: Type.String(), kind: Type.String(), trackingId: Type.String() }), {
      description: 'what this object owns; trackingId is the label riotkit.org/job-tracking-id',
    }),
  ),
  childrenResourcesHealth: Type.Optional(
    Type.Array(
      Type.Object({
        apiVersion: Type.String(),
        kind: Type.String(),
        trackingId: Type.String(),
        message: Type.Optional(Type.String()),
        succeeded: Type.Boolean(),
        running: Type.Boolean(),
        failed: Type.Boolean(),
      }),
      { description: 'how each of them is' },
    ),
  ),
  healthy: Type.Optional(Type.Boolean({ description: 'true only when every child succeeded' })),
};
