import type { Commit } from './commit.ts';
import { type Component, componentNames } from './component-set.ts';

/** Whose notes a commit belongs to, by its scope; others are changes of the project. */
const scopesOf: Readonly<Record<Component, readonly string[]>> = {
  controller: ['controller', 'kube', 'generator', 'model', 'api', 'openpgp'],
  'backup-maker': ['client', 'pgbr', 'generator', 'openpgp', 'model', 'api'],
  server: ['server', 'api', 'openpgp', 'model', 'console'],
};

const titles: Readonly<Record<Component, string>> = {
  controller: 'Controller',
  'backup-maker': 'backup-maker',
  server: 'Backup Repository',
};

/** Types of commits that matter to users, in the order of the notes. */
const headings = [
  ['feat', 'New'],
  ['fix', 'Fixed'],
  ['perf', 'Faster'],
] as const;

export interface ComponentChanges {
  /** The version in the previous set; undefined when there was none. */
  readonly from: string | undefined;
  readonly to: string;
  readonly commits: readonly Commit[];
}

export interface NotesInput {
  readonly version: string;
  /** ISO date. */
  readonly date: string;
  readonly changes: Readonly<Record<Component, ComponentChanges>>;
  /** Commits since the previous release of the repository. */
  readonly project: readonly Commit[];
}

/** The release notes, in Markdown: every component's changes, and what changed around them. */
export function releaseNotes({ version, date, changes, project }: NotesInput): string {
  const owned = new Set(componentNames.flatMap((component) => scopesOf[component]));
  const others = project.filter((commit) => commit.scope === undefined || !owned.has(commit.scope));
  return [
    `## ${version} (${date})`,
    'These versions of the components were tested together:',
    versionTable(changes),
    ...componentNames.map((component) => section(component, changes[component])),
    `### Around them\n\n${list(others)}`,
  ].join('\n\n');
}

function versionTable(changes: NotesInput['changes']): string {
  const rows = componentNames.map((component) => {
    const { from, to } = changes[component];
    return `| ${titles[component]} | ${to} | ${from ?? 'first release'} |`;
  });
  return ['| component | version | before |', '| --- | --- | --- |', ...rows].join('\n');
}

function section(component: Component, { from, to, commits }: ComponentChanges): string {
  const title = `### ${titles[component]} ${to}`;
  if (from === to) {
    return `${title}\n\nUnchanged.`;
  }
  return `${title}\n\n${list(commits.filter((commit) => commit.scope !== undefined && scopesOf[component].includes(commit.scope)))}`;
}

function list(commits: readonly Commit[]): string {
  const breaking = commits.filter((commit) => commit.breaking);
  const groups = [
    ['Breaking', breaking] as const,
    ...headings.map(
      ([type, heading]) =>
        [heading, commits.filter((commit) => commit.type === type && !commit.breaking)] as const,
    ),
  ];
  const text = groups
    .filter(([, members]) => members.length > 0)
    .map(([heading, members]) => `**${heading}**\n\n${members.map(line).join('\n')}`)
    .join('\n\n');
  return text === '' ? 'No change that a user would see.' : text;
}

function line(commit: Commit): string {
  const scope = commit.scope === undefined ? '' : `${commit.scope}: `;
  return `- ${scope}${commit.subject} (${commit.hash.slice(0, 8)})`;
}
