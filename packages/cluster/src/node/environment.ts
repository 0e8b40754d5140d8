import { type Json, listAt, objectAt, textAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { ConfigError, type ConfigSource, expand, lookUp, podField } from './pod-fields.ts';

export interface EnvironmentOptions {
  readonly pod: KubeObject;
  readonly container: Json;
  readonly source: ConfigSource;
  /** What every container has, before its own variables. */
  readonly base: Readonly<Record<string, string>>;
}

/** The environment of a container: envFrom first, then env in order, each of which may use those before it. */
export function environment({
  pod,
  container,
  source,
  base,
}: EnvironmentOptions): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { ...base };
  for (const from of listAt(container, 'envFrom')) {
    const kind = valueAt(from, 'secretRef') === undefined ? 'configMap' : 'secret';
    const entries = lookUp(source, kind, valueAt(from, `${kind}Ref`)) ?? {};
    for (const [key, value] of Object.entries(entries)) {
      setVariable(variables, `${textAt(from, 'prefix') ?? ''}${key}`, value.toString('utf8'));
    }
  }
  for (const variable of listAt(container, 'env')) {
    const value = variableValue(variable, pod, container, source, variables);
    if (value !== undefined) {
      setVariable(variables, textAt(variable, 'name') ?? '', value);
    }
  }
  return variables;
}

function setVariable(variables: Record<string, string>, name: string, value: string): void {
  if (value.includes('\0')) {
    throw new ConfigError(`the value of the variable ${name} has a NUL byte, which no environment can hold`);
  }
  variables[name] = value;
}

function variableValue(
  variable: Json,
  pod: KubeObject,
  container: Json,
  source: ConfigSource,
  known: Readonly<Record<string, string>>,
): string | undefined {
  const from = objectAt(variable, 'valueFrom');
  if (from.fieldRef !== undefined) {
    return podField(pod, textAt(from, 'fieldRef', 'fieldPath') ?? '');
  }
  if (from.resourceFieldRef !== undefined) {
    return resourceField(container, from.resourceFieldRef);
  }
  for (const kind of ['configMap', 'secret'] as const) {
    const reference = from[`${kind}KeyRef`];
    if (reference !== undefined) {
      return entry(source, kind, reference);
    }
  }
  return expand(textAt(variable, 'value') ?? '', known);
}

function entry(source: ConfigSource, kind: keyof ConfigSource, reference: Json): string | undefined {
  const entries = lookUp(source, kind, reference);
  const key = textAt(reference, 'key') ?? '';
  const value = entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined;
  if (value !== undefined || valueAt(reference, 'optional') === true) {
    return value?.toString('utf8');
  }
  throw new ConfigError(
    `couldn't find key ${key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${textAt(reference, 'name')}`,
  );
}

function resourceField(container: Json, reference: Json): string {
  const path = (textAt(reference, 'resource') ?? '').split('.');
  const value = valueAt(container, 'resources', ...path);
  if (value === undefined) {
    throw new ConfigError(`the container says nothing about ${path.join('.')}`);
  }
  return String(value);
}
