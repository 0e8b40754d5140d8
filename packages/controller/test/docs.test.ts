import { readFileSync } from 'node:fs';
import { parseResource, RequestedBackupAction, ScheduledBackup } from '@backup-maker/model';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../src/config.ts';
import { createMetrics } from '../src/metrics.ts';

const page = readFileSync(new URL('../../../docs/controller.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, text]) => parse(text ?? '') as { kind: string },
);
const kindOf = { ScheduledBackup, RequestedBackupAction } as const;

it('shows objects that are valid, without unknown fields', () => {
  expect(examples.map(({ kind }) => kind)).toEqual(['ScheduledBackup', 'RequestedBackupAction']);
  for (const example of examples) {
    expect(parseResource(kindOf[example.kind as keyof typeof kindOf], example).warnings).toEqual([]);
  }
});

it('names only flags that there are', () => {
  const idle = ['--zap-devel', '--disable-redis', '--redis-host', '--redis-port'];
  const flags = [...new Set(page.match(/--[a-z][a-z-]+(?=[ `,])/g))].filter(
    (flag) => !['--for', '--timeout', ...idle].includes(flag),
  );
  const loaded = loadConfig(['--help'], {}, '0');
  const help = loaded.type === 'answer' ? loaded.text : '';
  expect(flags.length).toBeGreaterThan(5);
  expect(flags.filter((flag) => flag !== '--help' && !help.includes(flag))).toEqual([]);
});

it('names every metric that there is, and no other', async () => {
  const registry = new Registry();
  createMetrics(registry);
  const real = (await registry.getMetricsAsJSON()).map(({ name }) => name.replace('backup_controller_', ''));
  const table = page.slice(page.indexOf('## Metrics'), page.indexOf('## Rights'));
  const named = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
    [...(cell ?? '').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
  );
  expect(named.toSorted()).toEqual(real.toSorted());
});

it('has alerts on metrics that there are', async () => {
  const registry = new Registry();
  createMetrics(registry);
  const template = new URL(
    '../../../charts/backup-maker-controller/templates/prometheus-rule.yaml',
    import.meta.url,
  );
  const named = readFileSync(template, 'utf8').match(/backup_controller_[a-z_]+/g) ?? [];
  const real = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !real.includes(name))).toEqual([]);
});

it('explains every reason that the code gives', () => {
  const sources = [
    'problem',
    'procedure/collection',
    'procedure/gather',
    'procedure/gpg-key',
    'procedure/render',
    'procedure/secret-entries',
    'procedure/login',
    'scheduled-backup/desired',
    'requested-action/reconcile',
  ];
  const text = sources
    .map((name) => readFileSync(new URL(`../src/${name}.ts`, import.meta.url), 'utf8'))
    .join('\n');
  const reasons = [...text.matchAll(/(?:missing|invalid)\(\s*'([A-Z]\w+)'/g)].map(
    ([, reason]) => reason ?? '',
  );
  expect(reasons.length).toBeGreaterThan(5);
  expect([...new Set(reasons)].filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
});
