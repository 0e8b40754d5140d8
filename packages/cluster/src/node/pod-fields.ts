import { type Json, objectAt, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';

/** A container can't be made from what the cluster has now: a Secret is missing, say. The pod waits and tries again. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The value of a `fieldRef` (the downward API). */
export function podField(pod: KubeObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) {
    return textAt(pod, 'metadata', keyed[1] ?? '', keyed[2] ?? '') ?? '';
  }
  switch (path) {
    case 'metadata.name':
    case 'metadata.namespace':
    case 'metadata.uid':
    case 'spec.nodeName':
    case 'spec.serviceAccountName':
    case 'status.hostIP':
    case 'status.podIP':
      return textAt(pod, ...path.split('.')) ?? '';
    case 'status.hostIPs':
    case 'status.podIPs':
      return textAt(pod, 'status', path === 'status.podIPs' ? 'podIP' : 'hostIP') ?? '';
    case 'metadata.labels':
    case 'metadata.annotations':
      return Object.entries(objectAt(pod, ...path.split('.')))
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join('\n');
    default:
      throw new ConfigError(`the field ${path} can't be given to a container`);
  }
}

/** Replaces `$(NAME)` by the variable; `$$(NAME)` stays `$(NAME)`, and what is not known stays as it is. */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') {
      return '$';
    }
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole;
  });
}

/** Looks up Secrets and ConfigMaps of a pod's namespace. */
export interface ConfigSource {
  readonly configMap: (name: string) => KubeObject | undefined;
  readonly secret: (name: string) => KubeObject | undefined;
}

/** All entries of a Secret or ConfigMap, as bytes. */
function entriesOf(object: KubeObject): Readonly<Record<string, Buffer>> {
  const binary = object.kind === 'Secret' ? 'data' : 'binaryData';
  const plain = object.kind === 'Secret' ? {} : objectAt(object, 'data');
  return Object.fromEntries([
    ...Object.entries(plain).map(([key, value]) => [key, Buffer.from(String(value), 'utf8')] as const),
    ...Object.entries(objectAt(object, binary)).map(
      ([key, value]) => [key, Buffer.from(String(value), 'base64')] as const,
    ),
  ]);
}

/** The entries of a named Secret or ConfigMap; undefined where it is optional and not there. */
export function lookUp(
  source: ConfigSource,
  kind: keyof ConfigSource,
  reference: Json | undefined,
): Readonly<Record<string, Buffer>> | undefined {
  const name =
    textAt(reference, kind === 'secret' ? 'secretName' : 'name') ?? textAt(reference, 'name') ?? '';
  const found = source[kind](name);
  if (found !== undefined) {
    return entriesOf(found);
  }
  if (valueAt(reference, 'optional') === true) {
    return undefined;
  }
  throw new ConfigError(`${kind.toLowerCase()} "${name}" not found`);
}
