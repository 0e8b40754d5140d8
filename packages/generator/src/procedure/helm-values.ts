import { Failure } from '@backup-maker/model';
import type { PodTemplate } from '../manifest/pod-template.ts';
import { isList, isMap, type Value, type ValueMap } from '../template/index.ts';

/** `HelmValues` of a definition: settings of the generated manifests. */
export interface HelmValues {
  readonly pod: PodTemplate;
  readonly name?: string;
  readonly schedule?: string;
  readonly kindType?: string;
  /** Environment variables whose values are kept in the Secret. */
  readonly env: Readonly<Record<string, string>>;
  /** What is there and has no meaning. */
  readonly warnings: readonly string[];
}

type FieldKind = 'boolean' | 'list' | 'map' | 'text' | 'textMap';

const fields: Readonly<Record<string, FieldKind>> = {
  name: 'text',
  env: 'textMap',
  image: 'text',
  inject: 'boolean',
  schedule: 'text',
  kindType: 'text',
  resources: 'map',
  nodeSelector: 'textMap',
  tolerations: 'list',
  affinity: 'map',
  volumes: 'list',
  volumeMounts: 'list',
  serviceAccountName: 'text',
  securityContext: 'map',
  imagePullSecrets: 'list',
  labels: 'textMap',
  annotations: 'textMap',
};

const podFields = [
  'image',
  'inject',
  'resources',
  'nodeSelector',
  'tolerations',
  'affinity',
  'volumes',
  'volumeMounts',
  'serviceAccountName',
  'securityContext',
  'imagePullSecrets',
  'labels',
  'annotations',
] as const satisfies readonly (keyof PodTemplate)[];

/**
 * The typed form of `HelmValues`.
 * @throws Failure `invalid-input` that names the key of a wrong value.
 */
export function parseHelmValues(values: ValueMap): HelmValues {
  const plain: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const [key, value] of values) {
    const kind = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (kind === undefined) {
      // Existing definitions hold keys of charts that went with them: they mattered to nothing else, and do not here.
      warnings.push(`HelmValues.${key} is ignored: HelmValues has ${Object.keys(fields).join(', ')}`);
    } else if (value !== null) plain[key] = checked(key, kind, value);
  }
  return {
    pod: Object.fromEntries(podFields.flatMap((key) => (key in plain ? [[key, plain[key]]] : []))),
    ...pick(plain, 'name'),
    ...pick(plain, 'schedule'),
    ...pick(plain, 'kindType'),
    env: environment((plain.env ?? {}) as Readonly<Record<string, string>>),
    warnings,
  };
}

function environment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const wrong = Object.keys(env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong !== undefined) {
    throw new Failure('invalid-input', `HelmValues.env.${wrong} is no name of an environment variable`);
  }
  return env;
}

function pick<K extends 'name' | 'schedule' | 'kindType'>(
  plain: Record<string, unknown>,
  key: K,
): { [P in K]?: string } {
  return key in plain ? ({ [key]: plain[key] } as { [P in K]?: string }) : {};
}

function checked(key: string, kind: FieldKind, value: Value): unknown {
  const refuse = (expected: string): never => {
    throw new Failure('invalid-input', `HelmValues.${key} must be ${expected}`);
  };
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse('true or false');
    case 'list':
      return isList(value) ? toPlain(value) : refuse('a list');
    case 'map':
      return isMap(value) ? toPlain(value) : refuse('a map');
    case 'text':
      return typeof value === 'object' ? refuse('a text') : String(value);
    case 'textMap':
      return isMap(value) ? texts(value, refuse) : refuse('a map of texts');
    default:
      return kind satisfies never;
  }
}

function texts(map: ValueMap, refuse: (expected: string) => never): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...map].map(([key, item]) => [key, typeof item === 'object' ? refuse('a map of texts') : String(item)]),
  );
}

/** Template values as plain data for manifests: whole numbers are numbers again. */
function toPlain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map(toPlain);
  return isMap(value) ? Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)])) : value;
}
