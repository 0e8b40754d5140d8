import { apiVersionOf, type KubeClient, type KubeObject, objectKey, type Resource } from '@backup-maker/kube';
import { stableId } from '../labels.ts';

/** The stored state of an object as its metadata tells it: the generation where there is one, which status does not change. */
type Marker = string;

interface Applied {
  readonly desired: string;
  readonly marker: Marker;
  readonly resourceVersion: string | undefined;
}

/** The one place that writes children. */
export interface Applier {
  /** Make an object as desired; nothing is sent when it was applied before and `current` is still that. */
  apply(
    resource: Resource,
    desired: KubeObject,
    current: KubeObject | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  /** Whether this state of an object is the one that the last `apply` left: its news are no news. */
  isOwnWrite(object: KubeObject): boolean;
  /** Forget an object that is gone. */
  forget(object: KubeObject): void;
}

export function createApplier(client: KubeClient): Applier {
  const applied = new Map<string, Applied>();
  return {
    apply: async (resource, desired, current, signal) => {
      const key = keyOf(resource.kind, desired);
      const digest = stableId(JSON.stringify(desired));
      const last = applied.get(key);
      if (current && last?.desired === digest && last.marker === markerOf(current)) {
        return;
      }
      const body = { ...desired, apiVersion: apiVersionOf(resource) };
      const result = await client.apply(resource, body, { signal });
      applied.set(key, {
        desired: digest,
        marker: markerOf(result),
        resourceVersion: result.metadata.resourceVersion,
      });
    },
    isOwnWrite: (object) => {
      const last = applied.get(keyOf(object.kind, object));
      return last !== undefined && last.resourceVersion === object.metadata.resourceVersion;
    },
    forget: (object) => {
      applied.delete(keyOf(object.kind, object));
    },
  };
}

function markerOf({ metadata }: KubeObject): Marker {
  const { uid, generation, resourceVersion } = metadata;
  return `${uid}/${generation === undefined ? `v${resourceVersion}` : `g${generation}`}`;
}

function keyOf(kind: string, object: KubeObject): string {
  return `${kind}/${objectKey(object.metadata)}`;
}
