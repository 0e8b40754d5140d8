import { textAt } from '../json.ts';
import { isBeingDeleted, type KubeObject, kubeTime, withMetadata } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { badRequest, conflict } from '../status-error.ts';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: PropagationPolicy | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly dryRun?: boolean;
}

/** Gone at once, or marked and kept until finalizers and processes have ended. */
export interface Deletion {
  readonly gone: boolean;
  readonly object: KubeObject;
}

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';
export const customResourceFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** What a deletion does to one object. Pure: the caller carries it out. */
export function planDeletion(
  type: ResourceType,
  object: KubeObject,
  options: DeleteOptions,
  nowMs: number,
): Deletion {
  assertPreconditions(type, object, options);
  const finalizers = finalizersFor(type, object, options);
  const grace = gracePeriod(type, object, options);
  const held = finalizers.length > 0 || grace > 0 || type.plural === 'namespaces';
  if (!held) {
    return { gone: true, object };
  }
  if (isBeingDeleted(object)) {
    return { gone: false, object: hastened(object, grace, finalizers, nowMs) };
  }
  const marked = withMetadata(object, {
    finalizers: finalizers.length > 0 ? finalizers : undefined,
    deletionTimestamp: kubeTime(nowMs + grace * 1000),
    deletionGracePeriodSeconds: grace,
    generation: object.metadata.generation === undefined ? undefined : object.metadata.generation + 1,
  });
  return {
    gone: false,
    object: type.plural === 'namespaces' ? { ...marked, status: { phase: 'Terminating' } } : marked,
  };
}

/** A second deletion may shorten the grace of the first, never lengthen it. */
function hastened(
  object: KubeObject,
  grace: number,
  finalizers: readonly string[],
  nowMs: number,
): KubeObject {
  const current = object.metadata.deletionGracePeriodSeconds ?? 0;
  const changes =
    grace < current
      ? { deletionGracePeriodSeconds: grace, deletionTimestamp: kubeTime(nowMs + grace * 1000) }
      : {};
  return withMetadata(object, { ...changes, finalizers: finalizers.length > 0 ? finalizers : undefined });
}

function assertPreconditions(
  type: ResourceType,
  object: KubeObject,
  { preconditions = {} }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions;
  const { name } = object.metadata;
  // The API server names the kind here, not the resource.
  const subject = { group: type.group, plural: type.kind };
  if (uid !== undefined && uid !== object.metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(subject, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion}). The object might have been modified`;
    throw conflict(subject, name, why);
  }
}

function finalizersFor(type: ResourceType, object: KubeObject, options: DeleteOptions): readonly string[] {
  const others = (object.metadata.finalizers ?? []).filter(
    (one) => one !== orphanFinalizer && one !== foregroundFinalizer,
  );
  const cleanUp =
    type.kind === 'CustomResourceDefinition' && !others.includes(customResourceFinalizer)
      ? [customResourceFinalizer]
      : [];
  const policy = options.propagationPolicy;
  switch (policy) {
    case undefined:
      return [...(object.metadata.finalizers ?? []), ...(isBeingDeleted(object) ? [] : cleanUp)];
    case 'Background':
      return [...others, ...(isBeingDeleted(object) ? [] : cleanUp)];
    case 'Foreground':
      return [...others, ...cleanUp, foregroundFinalizer];
    case 'Orphan':
      return [...others, ...cleanUp, orphanFinalizer];
    default:
      throw badRequest(`invalid propagationPolicy ${JSON.stringify(policy satisfies never)}`);
  }
}

function gracePeriod(type: ResourceType, object: KubeObject, options: DeleteOptions): number {
  const own = type.behaviour.gracePeriodSeconds?.(object);
  // A pod that no node has taken has no process to wait for.
  if (own === undefined || textAt(object, 'spec', 'nodeName') === undefined) {
    return 0;
  }
  const current = object.metadata.deletionGracePeriodSeconds;
  return Math.min(
    Math.max(0, options.gracePeriodSeconds ?? current ?? own),
    current ?? Number.MAX_SAFE_INTEGER,
  );
}
