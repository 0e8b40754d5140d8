import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { findBuiltinTemplate, operations, parseDefinition, renderProcedure } from '../src/index.ts';
import { Template, toValue } from '../src/template/index.ts';
import { templatesPage, templatesPageFile } from './templates-page.ts';

const read = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

const blocks = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

it('the page of the templates is what the templates say (else: node packages/generator/test/templates-page.ts)', async () => {
  expect(await readFile(templatesPageFile, 'utf8')).toBe(templatesPage());
});

it('the definition in the guide renders with the template that it is for', async () => {
  const [definition = ''] = blocks(await read('generator.md'), 'yaml');
  const template = findBuiltinTemplate('postgres');
  if (template === undefined) throw new Error('no postgres');
  const variables = parseDefinition(definition, { source: 'generator.md' });
  for (const operation of operations) {
    expect(renderProcedure({ operation, template, variables, keyPath: '/k' }).warnings).toEqual([]);
  }
});

it('the template in the guide renders', async () => {
  const [template = ''] = blocks(await read('generator.md'), 'gotemplate');
  const data = {
    Params: { folder: '/data', exclude: ["a'b"] },
    Repository: { url: 'u', token: 't', collectionId: 'c', encryptionKeyPath: '/k' },
  };
  const script = new Template(template, { name: 'guide' }).render(toValue(data));
  expect(script).toContain("tar --create --directory='/data' --exclude='a'\\''b' .");
});
