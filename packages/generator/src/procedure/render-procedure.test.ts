import { readFileSync } from 'node:fs';
import { Failure, Secret } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { builtinTemplates, findBuiltinTemplate } from '../builtin/builtin-templates.ts';
import { parseDefinition } from './definition.ts';
import { operations } from './operation.ts';
import type { ProcedureTemplate } from './procedure-template.ts';
import { type RenderProcedureOptions, renderProcedure } from './render-procedure.ts';
import { overlaySecret, setVariables, type Variables } from './variables.ts';

const definition = parseDefinition(
  `
Params: { path: /data, db: app, user: me, port: 5433 }
Repository: { url: "http://repository:8080", collectionId: abc, token: plain-token, passphrase: "" }
`,
  { source: 'definition.yaml' },
);

const withSecret = overlaySecret(definition, {
  secretName: 'app-secret',
  entries: { 'Params.password': 'hunter2$(id)' },
});

function custom(script: string): ProcedureTemplate {
  return { name: 'mine', kind: 'custom', image: 'alpine', backup: script, restore: script };
}

function render(options: Partial<RenderProcedureOptions> & { readonly template: ProcedureTemplate }) {
  return renderProcedure({
    operation: 'backup',
    variables: definition,
    keyPath: '/mnt/secrets/gpg-key',
    ...options,
  });
}

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('a built-in template', () => {
  const postgres = findBuiltinTemplate('postgres') as ProcedureTemplate;

  it.each(operations)('takes a value from a Secret from the environment: %s', (operation) => {
    const procedure = render({ template: postgres, operation, variables: withSecret });
    expect(procedure.script).not.toContain('hunter2');
    expect(procedure.script).toContain('PGPASSWORD="${BM_PARAMS_PASSWORD}"');
    expect(procedure.environment.BM_PARAMS_PASSWORD?.reveal()).toBe('hunter2$(id)');
    expect(procedure.containsSecret).toBe(false);
  });

  it('keeps a token out of the script even when it stood in the variables', () => {
    const procedure = render({ template: postgres });
    expect(procedure.script).not.toContain('plain-token');
    expect(procedure.environment.BM_AUTH_TOKEN?.reveal()).toBe('plain-token');
  });

  it('leaves an expression to the shell of the pod', () => {
    const variables = setVariables(definition, { 'Params.password': '$(cat /mnt/password)' });
    const procedure = render({ template: postgres, variables });
    expect(procedure.script).toContain('PGPASSWORD="$(cat /mnt/password)"');
    expect(procedure.environment.BM_PARAMS_PASSWORD).toBeUndefined();
  });

  it('gives the passphrase to the restore alone', () => {
    const variables = setVariables(definition, { 'Repository.passphrase': new Secret('open sesame') });
    const environmentOf = (operation: 'backup' | 'restore') =>
      render({ template: postgres, variables, operation }).environment;
    expect(environmentOf('backup').BM_PASSPHRASE).toBeUndefined();
    expect(environmentOf('restore').BM_PASSPHRASE?.reveal()).toBe('open sesame');
  });

  it('stands alone when the target is a shell', () => {
    const procedure = render({ template: postgres, target: 'shell', variables: withSecret });
    expect(procedure.script).toContain('BM_AUTH_TOKEN="plain-token"');
    expect(procedure.environment).toEqual({});
  });

  it('names every missing parameter at once', () => {
    const tar = findBuiltinTemplate('tar') as ProcedureTemplate;
    const empty = parseDefinition('Repository: {}', { source: 'd.yaml' });
    expect(failureOf(() => render({ template: tar, variables: empty })).message).toMatch(/Params\.path/);
    const noRepository = parseDefinition('Params: { path: /x }', { source: 'd.yaml' });
    expect(failureOf(() => render({ template: tar, variables: noRepository })).message).toMatch(
      /Repository\.url .*Repository\.collectionId/,
    );
  });

  it('says where a wrong parameter stands', () => {
    const wrong = parseDefinition('Params:\n  port: many\nRepository: { url: u, collectionId: c }\n', {
      source: 'd.yaml',
    });
    expect(failureOf(() => render({ template: postgres, variables: wrong })).message).toBe(
      'd.yaml:2:3: Params.port must be a whole number',
    );
  });

  it('warns of a parameter that it does not know', () => {
    expect(render({ template: postgres }).warnings).toEqual([
      'template postgres has no parameter Params.path',
    ]);
  });
});

describe.each(builtinTemplates.map((template) => [template.name, template] as const))(
  '%s',
  (_name, template) => {
    it('runs its pipelines in strict mode', () => {
      for (const operation of operations) {
        expect(template[operation]).toMatch(/^#!\/usr\/bin\/env bash\nset -eu -o pipefail\n/);
      }
    });
  },
);

describe('a custom template', () => {
  it('finds collection, token and, to restore, the passphrase in its environment', () => {
    const variables = setVariables(definition, { 'Repository.passphrase': new Secret('open sesame') });
    const environmentOf = (operation: 'backup' | 'restore') =>
      Object.entries(render({ template: custom('true'), variables, operation }).environment).map(
        ([name, value]) => `${name}=${value.reveal()}`,
      );
    expect(environmentOf('backup')).toEqual(['BM_COLLECTION_ID=abc', 'BM_AUTH_TOKEN=plain-token']);
    expect(environmentOf('restore')).toContain('BM_PASSPHRASE=open sesame');
  });

  it.each([
    ['quoted', '{{ .Params.password | quote }}'],
    ['encoded', '{{ .Params.password | b64enc }}'],
    ['through a variable', '{{ $p := .Params }}{{ with $p }}{{ .password }}{{ end }}'],
    ['by index', '{{ index .Params "password" }}'],
    ['in a whole map', '{{ toYaml .Params }}'],
    ['in a printed map', '{{ .Params }}'],
    ['in a range', '{{ range $k, $v := .Params }}{{ $v }}{{ end }}'],
    ['by get', '{{ get .Params "password" }}'],
    ['by values', '{{ values .Params | join "," }}'],
    ['merged', '{{ merge (dict) .Params }}'],
    ['in a condition', '{{ if eq .Params.password "x" }}a{{ end }}'],
  ])('that reads a secret value %s keeps its script secret', (_how, script) => {
    expect(render({ template: custom(script), variables: withSecret }).containsSecret).toBe(true);
  });

  it.each([
    ['{{ .Params.db }}'],
    ['{{ .Repository.token }}'],
    ['{{ len .Params }}'],
    ['{{ hasKey .Params "password" }}'],
  ])('that does not, as %s, has a plain script', (script) => {
    expect(render({ template: custom(script), variables: withSecret }).containsSecret).toBe(false);
  });

  it('sees the key path that the generator sets', () => {
    expect(render({ template: custom('--key {{ .Repository.encryptionKeyPath }}') }).script).toBe(
      '--key /mnt/secrets/gpg-key',
    );
  });

  it.each([
    ['fail', '{{ fail .Params.password }}'],
    ['required', '{{ required .Params.password nil }}'],
    ['a changed text', '{{ fail (upper .Params.password) }}'],
    ['a regular expression', '{{ regexReplaceAll (print "[" .Params.password) "a" "b" }}'],
    ['an index', '{{ index .Params.password 99 }}'],
  ])('cannot put a secret value into its error by %s', (_how, script) => {
    const { message } = failureOf(() => render({ template: custom(script), variables: withSecret }));
    expect(message.toLowerCase()).not.toContain('hunter2');
    expect(message).toContain('mine/backup:1');
  });

  it('names template, line and key of what is missing', () => {
    const { message } = failureOf(() => render({ template: custom('a\n{{ .Params.hostname }}') }));
    expect(message).toContain('mine/backup:2:10');
    expect(message).toContain('map has no entry for key "hostname"');
  });

  it('does not change the variables', () => {
    const script = '{{ $_ := set .Params "db" "other" }}{{ .Params.db }}';
    expect(render({ template: custom(script) }).script).toBe('other');
    expect(render({ template: custom('{{ .Params.db }}') }).script).toBe('app');
  });
});

describe('a template of the original ecosystem', () => {
  const record = JSON.parse(
    readFileSync(new URL('../../testdata/go-reference.json', import.meta.url), 'utf8'),
  ) as {
    readonly data: Readonly<Record<string, string>>;
    readonly cases: readonly { readonly template: string; readonly data: string; readonly output?: string }[];
  };
  const scripts = record.cases.filter(({ data, output }) => data === 'original' && output !== undefined);

  it('has a record of a backup and of a restore', () => {
    const commands = scripts.map(({ output }) => /exec backup-maker (make|restore)/.exec(output ?? '')?.[1]);
    expect(commands).toEqual(['make', 'restore']);
  });

  it.each(scripts)('renders byte for byte as Go renders it: $template', ({ template, output }) => {
    const operation = template.includes('backup-maker make') ? 'backup' : 'restore';
    const variables = parseDefinition(record.data.original ?? '', { source: 'variables' });
    expect(render({ template: custom(template), operation, variables }).script).toBe(output);
  });
});

describe('overlaySecret', () => {
  const overlay = (options: { readonly importOnlyKeys?: readonly string[] }): Variables =>
    overlaySecret(definition, {
      secretName: 's',
      entries: { 'Params.user': 'root', token: 't' },
      ...options,
    });

  it('takes the entries that are paths', () => {
    expect([...overlay({}).secretPaths]).toEqual(['Params.user']);
  });

  it('names the Secret and the key that it lacks', () => {
    expect(failureOf(() => overlay({ importOnlyKeys: ['Params.password'] })).message).toBe(
      'Secret s has no entry Params.password',
    );
  });

  it('refuses a key that is no path', () => {
    expect(failureOf(() => overlay({ importOnlyKeys: ['token'] })).message).toMatch(
      /token of Secret s is no path/,
    );
  });
});
