/** A commit whose message follows Conventional Commits 1.0.0 (https://www.conventionalcommits.org/en/v1.0.0/). */
export interface Commit {
  readonly hash: string;
  readonly type: (typeof commitTypes)[number];
  readonly scope: string | undefined;
  readonly subject: string;
  readonly breaking: boolean;
}

export const commitTypes = [
  'feat',
  'fix',
  'perf',
  'refactor',
  'style',
  'docs',
  'test',
  'build',
  'ci',
  'chore',
  'revert',
] as const;

/** Longer first lines are cut off by the tools that show them. */
const maxSubjectLength = 120;

/** The commit, or what is wrong with its message. */
export function parseCommit(hash: string, message: string): Commit | string {
  const [head = '', blank = '', ...rest] = message.trimEnd().split('\n');
  const [, type, scope, bang, subject] = /^([a-z]+)(?:\(([a-z0-9-]+)\))?(!)?: (\S.*)$/.exec(head) ?? [];
  const known = commitTypes.find((name) => name === type);
  if (known === undefined || subject === undefined) {
    return `"${head}" is not "type(scope): subject" with a type of ${commitTypes.join(', ')}`;
  }
  if (head.length > maxSubjectLength) {
    return `"${head}" is longer than ${maxSubjectLength} characters: say more in the body`;
  }
  if (blank !== '') {
    return `"${head}" is not followed by an empty line`;
  }
  const breaking = bang === '!' || rest.some((line) => /^BREAKING[ -]CHANGE: /.test(line));
  return { hash, type: known, scope, subject, breaking };
}
