import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { chartNames, render } from './render.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/install/kubernetes.md'), 'utf8');

/** An example, as far as this looks into it. */
interface Example {
  readonly kind?: string;
  readonly replicaCount?: number;
  readonly spec: {
    readonly source: { readonly helm: { readonly valuesObject: object } };
    readonly values: object;
  };
}

const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, text = '']) =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Example;
  }),
);

const example = (kind: string) => examples.find((one) => one.kind === kind) ?? expect.fail(`no ${kind}`);

describe.skipIf(!hasPrograms('helm'))('the page on Kubernetes', { timeout: 60_000 }, () => {
  it.each([
    ['of values', () => examples.find(({ replicaCount }) => replicaCount === 2) ?? expect.fail('no values')],
    ['for Argo CD', () => example('Application').spec.source.helm.valuesObject],
    ['for Flux', () => example('HelmRelease').spec.values],
  ])('has an example %s that the chart takes', async (_, values) => {
    const kinds = (await render(chartNames[0], { values: values() })).map(({ kind }) => kind);
    expect(kinds).toContain('Deployment');
  });
});

it('the page on Kubernetes names values that there are', () => {
  const known = chartNames.map((chart) =>
    readFileSync(join(import.meta.dirname, '../../charts', chart, 'README.md'), 'utf8'),
  );
  const named = [...page.matchAll(/`(?:--set )?([a-z]\w+(?:\.\w+)*)=?[^`\s]*`/g)].map(
    ([, name = '']) => name,
  );
  const values = named.filter((name) =>
    /^(secrets|persistence|installCRD|watchNamespaces|health|redis)\b/.test(name),
  );
  expect(values.length).toBeGreaterThan(5);
  expect(values.filter((name) => !known.some((text) => text.includes(`\`${name}`)))).toEqual([]);
});
