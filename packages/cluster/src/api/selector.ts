import { type Json, type JsonObject, objectAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { badRequest } from '../status-error.ts';

export type Matcher = (object: KubeObject) => boolean;
type LabelTest = (labels: JsonObject) => boolean;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`, as a function of an object. */
export function labelSelector(text: string): Matcher {
  const tests = splitOutsideParentheses(text)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(requirement);
  return (object) => tests.every((test) => test(objectAt(object, 'metadata', 'labels')));
}

function requirement(text: string): LabelTest {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return membership(set[1] ?? '', values, set[2] === 'in');
  }
  const compared = /^([^\s!=<>]+)\s*(==|=|!=)\s*([^\s!=<>]*)$/.exec(text);
  if (compared) {
    return membership(compared[1] ?? '', [compared[3] ?? ''], compared[2] !== '!=');
  }
  const exists = /^(!?)\s*([^\s!=<>(),]+)$/.exec(text);
  if (exists) {
    return (labels) => Object.hasOwn(labels, exists[2] ?? '') === (exists[1] === '');
  }
  throw badRequest(`unable to parse requirement: ${JSON.stringify(text)} is no label requirement`);
}

/** An absent label is in no list, so `notin` and `!=` hold for it. */
function membership(key: string, values: readonly string[], wanted: boolean): LabelTest {
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return (typeof value === 'string' && values.includes(value)) === wanted;
  };
}

function splitOutsideParentheses(text: string): readonly string[] {
  return text.split(/,(?![^()]*\))/);
}

/** `metadata.name=x,status.phase!=Running`: only the fields that the resource says can be selected. */
export function fieldSelector(text: string, selectable: readonly string[]): Matcher {
  const allowed = new Set(['metadata.name', 'metadata.namespace', ...selectable]);
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim());
      const field = match?.[1] ?? '';
      if (match === null) {
        throw badRequest(`invalid field selector: ${JSON.stringify(part)}; can't understand it`);
      }
      if (!allowed.has(field)) {
        throw badRequest(`field label not supported: ${field}`);
      }
      const wanted = match[2] !== '!=';
      const path = field.split('.');
      return (object: KubeObject) => (shown(valueAt(object, ...path)) === match[3]) === wanted;
    });
  return (object) => tests.every((test) => test(object));
}

function shown(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}
