import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientImage } from '@backup-maker/generator';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Values {
  readonly image: { readonly repository: string };
  readonly tests: { readonly image: { readonly repository: string } };
}

/** Those that can be built, by their names without a tag. */
const built = readdirSync(join(root, 'images'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('/Dockerfile'))
  .map((path) => `ghcr.io/backup-maker/${path.replace('/Dockerfile', '')}`);

it('every image of ours that charts and templates name is built, and no other', () => {
  const named = ['backup-repository-server', 'backup-maker-controller'].flatMap((chart) => {
    const { image, tests } = parse(read(`charts/${chart}/values.yaml`)) as Values;
    return [image.repository, tests.image.repository];
  });
  const client = clientImage.replace(/:[^:]*$/, '');
  expect([...new Set([...named, client])].toSorted()).toEqual(built.toSorted());
});

it.each(built)('%s runs as a user without rights', (image) => {
  const text = read(`images/${image.replace(/.*\//, '')}/Dockerfile`);
  expect(text.match(/^USER .*$/gm)).toEqual(['USER 65532:65532']);
});
