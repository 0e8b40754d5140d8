import { type Json, listAt, numberAt, textAt, valueAt } from '../../json.ts';
import type { KubeObject } from '../../object.ts';
import { ConfigError, type ConfigSource, lookUp, podField } from '../pod-fields.ts';

/** One file of a volume that is made of objects. */
export interface VolumeFile {
  /** Relative to the volume, without `..`. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

const defaultMode = 0o644;

/** The files of a secret, configMap, downwardAPI or projected volume. Pure: the caller writes them. */
export function volumeFiles(volume: Json, pod: KubeObject, source: ConfigSource): readonly VolumeFile[] {
  const projected = valueAt(volume, 'projected');
  if (projected === undefined) {
    return sourceFiles(volume, pod, source, undefined);
  }
  const mode = numberAt(projected, 'defaultMode');
  return listAt(projected, 'sources').flatMap((one) => sourceFiles(one, pod, source, mode));
}

function sourceFiles(
  one: Json,
  pod: KubeObject,
  source: ConfigSource,
  inherited: number | undefined,
): readonly VolumeFile[] {
  for (const kind of ['secret', 'configMap'] as const) {
    const reference = valueAt(one, kind);
    if (reference !== undefined) {
      return entryFiles(kind, reference, source, inherited);
    }
  }
  if (valueAt(one, 'downwardAPI') !== undefined) {
    const mode = numberAt(one, 'downwardAPI', 'defaultMode') ?? inherited ?? defaultMode;
    return listAt(one, 'downwardAPI', 'items').map((item) => ({
      path: safePath(textAt(item, 'path') ?? ''),
      content: Buffer.from(podField(pod, textAt(item, 'fieldRef', 'fieldPath') ?? ''), 'utf8'),
      mode: numberAt(item, 'mode') ?? mode,
    }));
  }
  throw new ConfigError(
    `the embedded cluster has no volumes of this kind: ${Object.keys(one as object).join(', ')}`,
  );
}

function entryFiles(
  kind: keyof ConfigSource,
  reference: Json,
  source: ConfigSource,
  inherited: number | undefined,
): readonly VolumeFile[] {
  const entries = lookUp(source, kind, reference) ?? {};
  const mode = numberAt(reference, 'defaultMode') ?? inherited ?? defaultMode;
  const items = listAt(reference, 'items');
  if (items.length === 0) {
    return Object.entries(entries).map(([path, content]) => ({ path: safePath(path), content, mode }));
  }
  return items.flatMap((item) => {
    const key = textAt(item, 'key') ?? '';
    const content = Object.hasOwn(entries, key) ? entries[key] : undefined;
    if (content === undefined) {
      if (valueAt(reference, 'optional') === true) {
        return [];
      }
      throw new ConfigError(`references non-existent ${kind.toLowerCase()} key: ${key}`);
    }
    return [{ path: safePath(textAt(item, 'path') ?? ''), content, mode: numberAt(item, 'mode') ?? mode }];
  });
}

function safePath(path: string): string {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..') || path.includes('\0')) {
    throw new ConfigError(`${JSON.stringify(path)} is no path within a volume`);
  }
  return path;
}
