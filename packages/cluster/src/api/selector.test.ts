import { expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { fieldSelector, labelSelector } from './selector.ts';

const object = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '', labels },
  status: { phase: 'Running' },
});

test.each([
  ['', true],
  ['app=x', true],
  ['app==x', true],
  ['app!=x', false],
  ['other!=x', true],
  ['app in (x,y)', true],
  ['app notin (x, y)', false],
  ['other notin (x)', true],
  ['app', true],
  ['!app', false],
  ['!other,app=x', true],
  ['app in (x),example.org/tier=front', true],
  ['empty=', true],
  ['constructor', false],
])('%j on the labels: %j', (text, matches) => {
  expect(labelSelector(text)(object({ app: 'x', 'example.org/tier': 'front', empty: '' }))).toBe(matches);
});

test.each(['a b', '=x', 'a in', 'a in (', 'a>1', '!'])('%j is no label selector', (text) => {
  expect(() => labelSelector(text)).toThrow(expect.objectContaining({ reason: 'BadRequest' }));
});

test.each([
  ['metadata.name=a', true],
  ['metadata.name!=a', false],
  ['metadata.namespace=n,status.phase=Running', true],
  ['status.phase==Pending', false],
])('%j on the fields: %j', (text, matches) => {
  expect(fieldSelector(text, ['status.phase'])(object({}))).toBe(matches);
});

test('a field that can not be selected is refused', () => {
  expect(() => fieldSelector('spec.x=1', ['status.phase'])).toThrow('field label not supported: spec.x');
});
