import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Commit, parseCommit } from './commit.ts';

const run = promisify(execFile);

/** The questions that a release asks of a repository, and the two changes that it makes. */
export interface Git {
  branch(): Promise<string>;
  changedFiles(): Promise<readonly string[]>;
  tags(): Promise<readonly string[]>;
  /** A file as it was at a revision; undefined where it was not. */
  show(revision: string, path: string): Promise<string | undefined>;
  /** The highest version tag that the checkout descends from. */
  previousTag(): Promise<string | undefined>;
  /** Messages since a tag (all, without one) up to a revision; merge commits say nothing of their own. */
  messages(
    from: string | undefined,
    to: string,
  ): Promise<readonly { readonly hash: string; readonly message: string }[]>;
  commitAndTag(paths: readonly string[], message: string, tag: string, notes: string): Promise<void>;
}

export function gitIn(folder: string): Git {
  const git = async (...args: readonly string[]) =>
    (await run('git', ['-C', folder, ...args], { maxBuffer: 256 * 1024 * 1024 })).stdout;
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  return {
    branch: async () => (await git('symbolic-ref', '--short', '-q', 'HEAD').catch(() => 'no branch')).trim(),
    changedFiles: async () => lines(await git('status', '--porcelain')).map((line) => line.slice(3)),
    tags: async () => lines(await git('tag', '--list', 'v*')),
    show: (revision, path) => git('show', `${revision}:${path}`).catch(() => undefined),
    previousTag: async () =>
      lines(await git('tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-version:refname'))[0],
    messages: async (from, to) => {
      const range = from === undefined ? to : `${from}..${to}`;
      const log = await git('log', '--no-merges', '--format=%H%x00%B%x01', range, '--');
      return log
        .split('\x01')
        .map((entry) => entry.trimStart().split('\0'))
        .flatMap(([hash = '', message = '']) => (hash === '' ? [] : [{ hash, message }]));
    },
    commitAndTag: async (paths, message, tag, notes) => {
      await git('add', '--', ...paths);
      await git('commit', '--quiet', '--message', message);
      await git('tag', '--annotate', tag, '--cleanup=verbatim', '--message', notes);
    },
  };
}

/** Commits since a tag, newest first; those whose message does not follow the convention are left out. */
export async function commitsOf(git: Git, from: string | undefined, to: string): Promise<readonly Commit[]> {
  const messages = await git.messages(from, to);
  return messages
    .map(({ hash, message }) => parseCommit(hash, message))
    .filter((commit) => typeof commit !== 'string');
}
