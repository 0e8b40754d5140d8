import { type Json, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Column } from './resource-type.ts';

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: (object) => object.metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell: (object, nowMs) => age(object.metadata.creationTimestamp, nowMs),
};

export function column(
  name: string,
  cell: (object: KubeObject, nowMs: number) => Json,
  options: { readonly type?: Column['type']; readonly wide?: boolean } = {},
): Column {
  return { name, type: options.type ?? 'string', priority: options.wide ? 1 : 0, cell };
}

/** How long ago a time was, as kubectl shows it: `<unknown>` where there is none. */
export function age(time: Json | undefined, nowMs: number): string {
  return typeof time === 'string' && time !== '' ? humanDuration(nowMs - Date.parse(time)) : '<unknown>';
}

/** `45s`, `3m12s`, `5h`, `2d4h`, `3y20d`: two units at most, as duration.HumanDuration of apimachinery. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) {
    return '<invalid>';
  }
  if (seconds < 0) {
    return '0s';
  }
  if (seconds < 120) {
    return `${seconds}s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) {
    return pair(minutes, 'm', seconds % 60, 's');
  }
  if (minutes < 180) {
    return `${minutes}m`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 8) {
    return pair(hours, 'h', minutes % 60, 'm');
  }
  if (hours < 48) {
    return `${hours}h`;
  }
  const days = Math.floor(hours / 24);
  if (days < 8) {
    return pair(days, 'd', hours % 24, 'h');
  }
  if (days < 730) {
    return `${days}d`;
  }
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

/** A cell with what a path of keys gives, `<none>` where that is nothing. */
export function cellAt(...path: readonly string[]): (object: KubeObject) => Json {
  return (object) => valueAt(object, ...path) ?? '<none>';
}
