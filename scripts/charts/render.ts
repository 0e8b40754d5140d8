import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@backup-maker/testing';
import { parseAllDocuments, stringify } from 'yaml';

export const chartNames = ['backup-repository-server', 'backup-maker-controller'] as const;

export type ChartName = (typeof chartNames)[number];

/** A Kubernetes object, as far as tests look into it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has another, and tests name what they expect
  readonly spec?: any;
  readonly rules?: readonly Rule[];
  readonly data?: Readonly<Record<string, string>>;
}

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface RenderOptions {
  readonly values?: object;
  /** The Kubernetes that it is rendered for, such as `1.20`. */
  readonly kubernetes?: string;
}

export const namespace = 'backups';

/** The objects that Helm makes of a chart as the release `test`, hooks included. */
export async function render(
  chart: ChartName,
  { values = {}, kubernetes = '1.37' }: RenderOptions = {},
): Promise<readonly Manifest[]> {
  const output = await helm(
    ['template', 'test', chartFolder(chart), `--kube-version=${kubernetes}.0`],
    values,
  );
  return parseAllDocuments(output).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** What Helm's linter says; it fails where it finds fault. */
export function lint(chart: ChartName, values: object): Promise<string> {
  return helm(['lint', '--strict', chartFolder(chart)], values);
}

export function chartFolder(chart: ChartName): string {
  return join(import.meta.dirname, '../../charts', chart);
}

async function helm(args: readonly string[], values: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chart-'));
  try {
    const file = join(folder, 'values.yaml');
    // Helm reads YAML 1.1, where a bare `y` is true.
    await writeFile(file, stringify(values, { version: '1.1' }));
    return await runProgram('helm', [...args, `--namespace=${namespace}`, `--values=${file}`]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
