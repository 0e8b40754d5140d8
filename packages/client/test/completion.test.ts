import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupMaker, launcher } from './backup-maker.ts';

describe('a shell with the completion script', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-completion-'));
    const bmg = join(launcher, '../bmg.js');
    for (const [name, path] of Object.entries({ 'backup-maker': launcher, bmg })) {
      const script = `#!/bin/sh\nexec '${process.execPath}' '${path}' "$@"\n`;
      await writeFile(join(folder, name), script, { mode: 0o755 });
    }
    for (const shell of ['bash', 'zsh', 'fish']) {
      await writeFile(join(folder, `script.${shell}`), (await backupMaker(['completion', shell], {})).stdout);
    }
    await writeFile(join(folder, 'spaced name'), '');
    env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, TERM: 'dumb' };
  });
  afterAll(() => rm(folder, { recursive: true }));

  const completions: readonly [typed: string, completed: string][] = [
    ['backup-maker --log-level debug resto', 'restore'],
    ['backup-maker make --allow-e', '--allow-empty'],
    ['backup-maker make --cipher=g', '--cipher=gcm'],
    ['backup-maker login --role collectionM', 'collectionManager'],
    ['backup-maker make -k script.ba', 'script.bash'],
    ["backup-maker make -c 'pg_dump shop' --arm", '--armor'],
    ['backup-maker help restor', 'restore'],
    ['backup-maker make --key=script.ba', 'script.bash'],
    ['backup-maker make -k "spaced na', 'spaced name'],
    ['backup-maker make -k ~/script.ba', 'script.bash'],
    ['backup-maker make -k $HOME/script.ba', 'script.bash'],
    ['backup-maker versions > script.ba', 'script.bash'],
    ['backup-maker versions 2> script.ba', 'script.bash'],
    ['backup-maker download < script.ba', 'script.bash'],
    ['backup-maker make -- ./script.ba', 'script.bash'],
    ['bmg templ', 'templates'],
    ['bmg templates ejec', 'eject'],
  ];

  describe.each([
    ['bash', 'bash --norc -i', hasPrograms('bash', 'script')],
    ['zsh', 'zsh -f -i', hasPrograms('zsh', 'script')],
  ])('%s', (shell, command, isHere) => {
    const expectCompletion = async (typed: string, completed: string, PATH: string | undefined) => {
      await using terminal = openTerminal(command, { cwd: folder, env: { ...env, PATH: String(PATH) } });
      terminal.type(`PS1='ready''> '; source ./script.${shell}\n`);
      await terminal.shows('ready> ');
      terminal.type(`${typed}\t`);
      await terminal.shows(completed);
    };

    it.skipIf(!isHere).each(completions)('completes "%s"', (typed, completed) =>
      expectCompletion(typed, completed, env.PATH),
    );

    it.skipIf(!isHere)('completes file names where backup-maker is not on the PATH', () =>
      expectCompletion('./backup-maker make -k script.ba', 'script.bash', process.env.PATH),
    );
  });

  describe.skipIf(!hasPrograms('fish'))('fish', () => {
    const expectCompletion = (typed: string, completed: string, PATH: string | undefined) => {
      const output = execFileSync('fish', ['--no-config', '-c', 'source script.fish; complete -C "$TYPED"'], {
        cwd: folder,
        env: { ...env, PATH, TYPED: typed },
      });
      const words = output
        .toString()
        .split('\n')
        .map((line) => String(line.split('\t')[0]));
      expect(words.filter((word) => word.replaceAll('\\', '').endsWith(completed))).toHaveLength(1);
    };

    it.each(completions)('completes "%s"', (typed, completed) =>
      expectCompletion(typed, completed, env.PATH),
    );

    it('completes file names where backup-maker is not on the PATH', () =>
      expectCompletion('backup-maker make -k script.ba', 'script.bash', process.env.PATH));
  });
});

/** A program on a pseudo-terminal, of which `script` has one. */
function openTerminal(
  command: string,
  options: { readonly cwd: string; readonly env: Record<string, string> },
) {
  const child = spawn('script', ['-qec', command, '/dev/null'], { ...options, detached: true });
  let shown = '';
  let look = () => {};
  child.stdout.on('data', (text) => {
    // The bell rings between what was typed and what is completed.
    shown += String(text).replaceAll('\x07', '');
    look();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    type: (text: string) => child.stdin.write(text),
    /** Resolves once `text` is on the screen, behind what was waited for before. */
    shows: (text: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          const found = shown.indexOf(text);
          if (found >= 0) {
            shown = shown.slice(found + text.length);
            resolve();
          }
        };
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    },
  };
}
