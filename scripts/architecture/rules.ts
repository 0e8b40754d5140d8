import { posix } from 'node:path';
import { findCycles } from './cycles.ts';
import type { Import, Source } from './source.ts';

/** Which packages of ours each package may import; `everything` for the one that composes them. */
const mayImport: Readonly<Record<string, readonly string[] | 'everything'>> = {
  model: [],
  api: ['model'],
  openpgp: ['model'],
  kube: [],
  server: ['model', 'api', 'openpgp', 'kube'],
  client: ['model', 'api', 'openpgp', 'generator'],
  generator: ['model'],
  controller: ['model', 'kube', 'generator', 'api', 'openpgp'],
  // For its schedules alone.
  cluster: ['model'],
  standalone: 'everything',
  console: ['model', 'api'],
  pgbr: ['model'],
  testing: [],
};

/** Within a package, the only files that may import a package of ours that the rest of it may not. */
const importedOnlyIn: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  server: { kube: /\/documents\/kubernetes/ },
};

/** Packages that must run in a browser. */
const withoutNode = new Set(['model', 'console']);

/** Files that decide or render and so must not look at the clock or do I/O. */
const pure =
  /^packages\/(model\/src\/|controller\/src\/.*\/(desired|status)\.ts$|generator\/src\/(.*\/)?(render|manifests)(\/|\.ts$))/;

const grabBag = /(^|\/)(utils?|helpers?|common|misc|shared)(\.ts$|\/)/;

/** Longer files hold more than one subject. */
const maxLines = 400;

/** Everything in the sources that breaks a rule of the architecture, one line each. */
export function violations(sources: readonly Source[]): readonly string[] {
  const code = sources.filter((source) => !isTest(source.path));
  return [
    ...sources.flatMap(importViolations),
    ...code.flatMap(reachViolations),
    ...code.flatMap(shapeViolations),
    ...findCycles(graph(sources)).map((cycle) => `import cycle: ${cycle.join(' → ')}`),
  ];
}

function isTest(path: string): boolean {
  return /\.test\.ts$|^packages\/[^/]+\/test\/|^packages\/testing\//.test(path);
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

function importViolations(source: Source): readonly string[] {
  const owner = packageOf(source.path);
  return owner === undefined
    ? []
    : source.imports.flatMap((used) => importViolation(source, owner, used) ?? []);
}

function importViolation(source: Source, owner: string, used: Import): string | undefined {
  const at = `${source.path}:${used.line}`;
  const [, target, deep] = /^@backup-maker\/([^/]+)(\/.*)?$/.exec(used.specifier) ?? [];
  if (target !== undefined) {
    return deep === undefined
      ? packageViolation(source.path, owner, target, at)
      : `${at} imports ${used.specifier}: only the index.ts of a package is its surface`;
  }
  if (used.specifier.startsWith('.')) {
    const file = posix.join(posix.dirname(source.path), used.specifier);
    return file.startsWith(`packages/${owner}/`)
      ? undefined
      : `${at} imports ${used.specifier}, which is outside its package`;
  }
  if (used.specifier.startsWith('node:') && withoutNode.has(owner) && !isTest(source.path)) {
    return `${at} imports ${used.specifier}: ${owner} must run in a browser`;
  }
  return undefined;
}

function packageViolation(path: string, owner: string, target: string, at: string): string | undefined {
  const allowed = mayImport[owner];
  if (allowed === undefined) {
    return `${at}: package ${owner} is not in the table of scripts/architecture/rules.ts`;
  }
  if (isTest(path) || allowed === 'everything') {
    return undefined;
  }
  const only = importedOnlyIn[owner]?.[target];
  if (!allowed.includes(target) || (only !== undefined && !only.test(path))) {
    return `${at} imports @backup-maker/${target}, which ${owner} may not import${only ? ' here' : ''}`;
  }
  return undefined;
}

function reachViolations(source: Source): readonly string[] {
  const owner = packageOf(source.path);
  if (owner === undefined) {
    return [];
  }
  return source.reaches.flatMap(({ name, line }) => {
    const ofProcess = name.startsWith('process.');
    if (ofProcess && !source.path.endsWith('/main.ts')) {
      return [`${source.path}:${line} uses ${name}: only main.ts may, and hands it on`];
    }
    if (!ofProcess && pure.test(source.path)) {
      return [`${source.path}:${line} uses ${name}: this file only decides; pass it in`];
    }
    return [];
  });
}

function shapeViolations(source: Source): readonly string[] {
  return [
    ...(grabBag.test(source.path) ? [`${source.path}: the name does not say what is inside`] : []),
    ...(source.lines > maxLines ? [`${source.path} has ${source.lines} lines: split it by subject`] : []),
    ...source.exportsAll.map((line) => `${source.path}:${line} uses "export *": name what is exported`),
  ];
}

/** Which file imports which, for the files that are there. */
function graph(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const known = new Set(sources.map((source) => source.path));
  const resolve = (from: string, specifier: string): string => {
    const [, target] = /^@backup-maker\/([^/]+)$/.exec(specifier) ?? [];
    return target === undefined
      ? posix.join(posix.dirname(from), specifier)
      : `packages/${target}/src/index.ts`;
  };
  return new Map(
    sources.map((source) => [
      source.path,
      source.imports.map((used) => resolve(source.path, used.specifier)).filter((path) => known.has(path)),
    ]),
  );
}
