import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDefinitions, readDefinitions } from './definitions.ts';

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('parseDefinitions', () => {
  it('reads every document, takes lists apart and passes over empty ones', () => {
    const text = `${configMap('a')}---\n# nothing\n---\nkind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n`;
    expect(
      parseDefinitions(text, 'x.yaml').map(({ object }) => `${object.kind}/${object.metadata.name}`),
    ).toEqual(['ConfigMap/a', 'Secret/b']);
  });

  it.each([
    ['broken YAML', 'a: [1', 'x.yaml'],
    ['an object without a name', 'apiVersion: v1\nkind: Secret\n', 'metadata.name'],
    ['a text', 'hello', 'apiVersion'],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]\n`,
      'alias',
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(() => parseDefinitions(text, 'x.yaml')).toThrow(Failure);
    expect(() => parseDefinitions(text, 'x.yaml')).toThrow(message);
  });
});

describe('readDefinitions', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'definitions-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads the definitions of a folder in the order of their names', async () => {
    await Promise.all(
      ['2.yml', '1.yaml', '3.json'].map((name) =>
        writeFile(
          join(folder, name),
          name === '3.json'
            ? JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c3' } })
            : configMap(`c${name[0]}`),
        ),
      ),
    );
    await writeFile(join(folder, 'README.md'), 'not a definition');
    const found = await readDefinitions([folder]);
    expect(found.map(({ object }) => object.metadata.name)).toEqual(['c1', 'c2', 'c3']);
  });

  it('names a path that is not there', async () => {
    await expect(readDefinitions([join(folder, 'none.yaml')])).rejects.toThrow(Failure);
    await expect(readDefinitions([join(folder, 'none.yaml')])).rejects.toThrow('none.yaml');
  });
});
