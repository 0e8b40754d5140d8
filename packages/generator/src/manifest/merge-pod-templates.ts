import type { PodTemplate } from './pod-template.ts';

/** Lays `over` on `base`: maps key by key, lists joined with an entry of the same name replaced, else `over` wins. */
export function mergePodTemplates(base: PodTemplate, over: PodTemplate): PodTemplate {
  return {
    ...base,
    ...over,
    ...present('resources', mergeResources(base.resources, over.resources)),
    ...present('nodeSelector', mergeMaps(base.nodeSelector, over.nodeSelector)),
    ...present('securityContext', mergeMaps(base.securityContext, over.securityContext)),
    ...present('labels', mergeMaps(base.labels, over.labels)),
    ...present('annotations', mergeMaps(base.annotations, over.annotations)),
    ...present('tolerations', join(base.tolerations, over.tolerations)),
    ...present(
      'env',
      mergeNamed(base.env, over.env, ({ name }) => name),
    ),
    ...present(
      'volumes',
      mergeNamed(base.volumes, over.volumes, ({ name }) => name),
    ),
    ...present(
      'volumeMounts',
      mergeNamed(base.volumeMounts, over.volumeMounts, ({ mountPath }) => mountPath),
    ),
    ...present(
      'imagePullSecrets',
      mergeNamed(base.imagePullSecrets, over.imagePullSecrets, ({ name }) => name),
    ),
  };
}

function present<K extends keyof PodTemplate>(
  key: K,
  value: PodTemplate[K] | undefined,
): Pick<PodTemplate, K> | object {
  return value === undefined ? {} : { [key]: value };
}

function mergeResources(
  base: PodTemplate['resources'],
  over: PodTemplate['resources'],
): PodTemplate['resources'] | undefined {
  if (base === undefined || over === undefined) return over ?? base;
  const requests = mergeMaps(base.requests, over.requests);
  const limits = mergeMaps(base.limits, over.limits);
  return { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) };
}

function mergeMaps<T extends object>(base: T | undefined, over: T | undefined): T | undefined {
  return base === undefined || over === undefined ? (over ?? base) : { ...base, ...over };
}

function join<T>(base: readonly T[] | undefined, over: readonly T[] | undefined): readonly T[] | undefined {
  return base === undefined || over === undefined ? (over ?? base) : [...base, ...over];
}

/** Later entries replace earlier ones of the same key, in their place. */
export function mergeNamed<T>(
  base: readonly T[] | undefined,
  over: readonly T[] | undefined,
  keyOf: (item: T) => string,
): readonly T[] | undefined {
  if (base === undefined || over === undefined) return over ?? base;
  return [...new Map([...base, ...over].map((item) => [keyOf(item), item] as const)).values()];
}
