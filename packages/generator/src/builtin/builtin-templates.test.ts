import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../procedure/definition.ts';
import { operations } from '../procedure/operation.ts';
import { renderProcedure } from '../procedure/render-procedure.ts';
import { setVariables } from '../procedure/variables.ts';
import { builtinTemplates, findBuiltinTemplate } from './builtin-templates.ts';

const definition = parseDefinition(
  `
Params:
  path: /data
  db: shop
  user: backup
  bindDn: cn=admin,dc=example,dc=org
  baseDn: dc=example,dc=org
  topics: [orders, customers]
  exclude: ["*.tmp"]
  extraArguments: [--verbose]
Repository:
  url: https://backups.example.org
  collectionId: shop
`,
  { source: 'definition.yaml' },
);
const variables = setVariables(definition, { 'Params.password': 'a password' });

const cases = builtinTemplates.flatMap((template) =>
  operations.map((operation) => [template.name, operation] as const),
);

function scriptOf(name: string, operation: (typeof operations)[number]): string {
  const template = findBuiltinTemplate(name);
  if (template === undefined) throw new Error(`no template ${name}`);
  return renderProcedure({ operation, template, variables, keyPath: '/mnt/secrets/gpg-key' }).script;
}

describe.each(cases)('the script of %s for a %s', (name, operation) => {
  it('is valid bash', () => {
    execFileSync('bash', ['--norc', '-n'], { input: scriptOf(name, operation) });
  });

  it('holds no secret value', () => {
    expect(scriptOf(name, operation)).not.toContain('a password');
  });
});

// The other versions of PostgreSQL, and files, have the same scripts.
const distinct = cases.filter(([name]) => !/^pg\d|^files$/.test(name));

it.each(distinct)('the script of %s for a %s is what was reviewed', async (name, operation) => {
  const file = new URL(`../../testdata/scripts/${name}-${operation}.sh`, import.meta.url);
  await expect(scriptOf(name, operation)).toMatchFileSnapshot(file.pathname);
});

it('every parameter is described, and a required one has no default', () => {
  for (const { parameters = [] } of builtinTemplates) {
    for (const { description, required, default: preset } of parameters) {
      expect(description).not.toBe('');
      expect(required === true && preset !== undefined).toBe(false);
    }
  }
});
