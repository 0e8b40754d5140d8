import { Failure, Secret } from '@backup-maker/model';
import { isMap, type Value, type ValueMap } from '../template/index.ts';

/** What a template is rendered with. Opaque to callers: made by `parseDefinition`, changed by the functions below. */
export interface Variables {
  /** Never changed: every rendering gets a copy. */
  readonly values: ValueMap;
  /** Dotted paths of the values that came from a Secret. */
  readonly secretPaths: ReadonlySet<string>;
  /** `source:line:column` of each dotted path that a definition set, for messages. */
  readonly places: ReadonlyMap<string, string>;
  /** What the definition holds and nothing reads. */
  readonly warnings: readonly string[];
}

export const sections = ['Params', 'Repository', 'HelmValues'] as const;
export type Section = (typeof sections)[number];

export interface SecretOverlay {
  /** For messages. */
  readonly secretName: string;
  /** The Secret's entries, decoded; their keys are dotted paths (`Params.password`). */
  readonly entries: Readonly<Record<string, string>>;
  /** The only entries to take. Without it: every entry that is a path into Params, Repository or HelmValues. */
  readonly importOnlyKeys?: readonly string[];
}

/**
 * Lays values of a Secret over the variables and remembers where.
 * @throws Failure `invalid-input` that names the Secret and the key when one is missing or is no path.
 */
export function overlaySecret(variables: Variables, overlay: SecretOverlay): Variables {
  const paths = overlay.importOnlyKeys ?? Object.keys(overlay.entries).filter(isPath);
  const values: Record<string, Secret> = {};
  for (const path of paths) {
    const entry = Object.hasOwn(overlay.entries, path) ? overlay.entries[path] : undefined;
    if (entry === undefined) {
      throw new Failure('invalid-input', `Secret ${overlay.secretName} has no entry ${path}`);
    }
    if (!isPath(path)) {
      throw new Failure(
        'invalid-input',
        `entry ${path} of Secret ${overlay.secretName} is no path into ${sections.join(', ')}`,
      );
    }
    values[path] = new Secret(entry);
  }
  return setVariables(variables, values);
}

/** Sets values by dotted path. A `Secret` is remembered as one; a plain text takes that away. */
export function setVariables(
  variables: Variables,
  values: Readonly<Record<string, string | readonly string[] | Secret>>,
): Variables {
  const copy = copyMap(variables.values);
  const secretPaths = new Set(variables.secretPaths);
  for (const [path, value] of Object.entries(values)) {
    setPath(copy, path, value instanceof Secret ? value.reveal() : value);
    if (value instanceof Secret) secretPaths.add(path);
    else secretPaths.delete(path);
  }
  return { ...variables, values: copy, secretPaths };
}

/** A value that is one text, number or boolean, as text; undefined when it is missing, empty or came from a Secret. */
export function variableText(variables: Variables, path: string): string | undefined {
  if (variables.secretPaths.has(path)) return undefined;
  let value: Value = variables.values;
  for (const key of path.split('.')) {
    value = isMap(value) ? (value.get(key) ?? null) : null;
  }
  return value === null || value === '' || typeof value === 'object' ? undefined : String(value);
}

/** A section, empty when the definition has none. */
export function sectionOf(values: ValueMap, section: Section): ValueMap {
  const value = values.get(section) ?? null;
  return isMap(value) ? value : new Map();
}

function copyMap(map: ValueMap): ValueMap {
  return new Map([...map].map(([key, value]) => [key, copyValue(value)] as const));
}

function copyValue(value: Value): Value {
  if (isMap(value)) return copyMap(value);
  return Array.isArray(value) ? value.map(copyValue) : value;
}

function isPath(path: string): boolean {
  const [section, ...keys] = path.split('.');
  return (sections as readonly string[]).includes(section ?? '') && keys.length > 0 && !keys.includes('');
}

function setPath(map: ValueMap, path: string, value: Value): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let target = map;
  for (const [i, key] of keys.entries()) {
    const present = target.get(key) ?? null;
    if (present !== null && !isMap(present)) {
      throw new Failure('invalid-input', `cannot set ${path}: ${keys.slice(0, i + 1).join('.')} is no map`);
    }
    const next: ValueMap = present ?? new Map();
    target.set(key, next);
    target = next;
  }
  target.set(last, value);
}
