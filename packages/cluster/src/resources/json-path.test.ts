import { expect, it } from 'vitest';
import { jsonPath } from './json-path.ts';

const object = {
  metadata: { labels: { 'x.y/z': 'label' } },
  spec: { replicas: 3, names: ['a', 'b'] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Healthy', status: 'False' },
    ],
  },
};

it.each([
  ['.spec.replicas', [3]],
  ['{.spec.replicas}', [3]],
  ['$.spec.names[1]', ['b']],
  ['.spec.names[*]', ['a', 'b']],
  ['.status.conditions[?(@.type=="Healthy")].status', ['False']],
  [".status.conditions[?(@.type=='Ready')].status", ['True']],
  [".metadata.labels['x.y/z']", ['label']],
  ['.metadata.labels.x\\.y/z', ['label']],
  ['.spec.none.deeper', []],
  ['.spec.constructor', []],
])('%s gives %j', (path, expected) => {
  expect(jsonPath(path)(object)).toEqual(expected);
});

it.each(['.spec[', '.a[?(@.b>1)]', '..a'])('refuses %s', (path) => {
  expect(() => jsonPath(path)).toThrow(SyntaxError);
});
