import { expect, it } from 'vitest';
import { chartReadme } from './chart-readme.ts';
import { chartSchema } from './chart-schema.ts';
import { readChartValues } from './chart-values.ts';

const text = `# Of the file,
# not of a value.

# How many,
# at most.
# @min 0
# @type null
count: 1
# All of them.
image:
  tag: ''
  # @enum Always Never
  pullPolicy: Always
hosts:
  - host: a
    paths: []
extra: {}
`;

it('reads values with the comments above them', () => {
  const values = readChartValues(text);
  expect(values.map(({ path, default: value }) => [path.join('.'), value])).toEqual([
    ['count', 1],
    ['image', { tag: '', pullPolicy: 'Always' }],
    ['image.tag', ''],
    ['image.pullPolicy', 'Always'],
    ['hosts', [{ host: 'a', paths: [] }]],
    ['extra', {}],
  ]);
  expect(values[0]).toMatchObject({ description: 'How many, at most.', types: ['null'], minimum: 0 });
  expect(values[3]).toMatchObject({ description: '', choices: ['Always', 'Never'] });
});

it('makes a schema of them', () => {
  expect(JSON.parse(chartSchema(readChartValues(text)))).toMatchObject({
    type: 'object',
    properties: {
      count: { type: ['integer', 'null'], minimum: 0, description: 'How many, at most.' },
      image: {
        type: 'object',
        properties: { tag: { type: 'string' }, pullPolicy: { enum: ['Always', 'Never'] } },
      },
      hosts: { type: 'array' },
      extra: { type: 'object' },
    },
  });
});

it('makes a table of them', () => {
  const readme = chartReadme({ name: 'server', description: 'Serves' }, readChartValues(text));
  expect(readme).toContain('# server\n\nServes.');
  expect(readme.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
    '| `count` | `1` | How many, at most. |',
    '| `image` |  | All of them. |',
    '| `image.tag` | `""` |  |',
    '| `image.pullPolicy` | `"Always"` | One of `Always`, `Never`. |',
    '| `hosts` | `[{"host":"a","paths":[]}]` |  |',
    '| `extra` | `{}` |  |',
  ]);
});
