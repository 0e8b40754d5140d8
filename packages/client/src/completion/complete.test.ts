import { expect, it } from 'vitest';
import type { CommandTree } from './command-tree.ts';
import { complete } from './complete.ts';

const command = (name: string, more: Partial<CommandTree> = {}): CommandTree => ({
  name,
  description: `does ${name}`,
  flags: [],
  commands: [],
  argumentChoices: [],
  ...more,
});
const flag = (names: readonly string[], choices?: readonly string[]) => ({ names, description: '', choices });

const level = flag(['--log-level'], ['debug', 'info']);
const tree = command('backup-maker', {
  flags: [level, flag(['--json'])],
  commands: [
    command('make', {
      flags: [
        flag(['-k', '--key'], []),
        flag(['-c', '--cmd'], []),
        flag(['--cipher'], ['cfb', 'gcm']),
        flag(['--armor']),
      ],
    }),
    command('generate', { commands: [command('backup'), command('restore')] }),
    command('completion', { argumentChoices: [['bash', 'zsh', 'fish']], flags: [flag(['--help'])] }),
  ],
});

it.each<[words: string, fitting: readonly string[]]>([
  ['|', ['make', 'generate', 'completion']],
  ['ma|', ['make']],
  ['x|', []],
  ['-|', ['--log-level', '--json']],
  ['--log-level debug m|', ['make']],
  ['--log-level=debug m|', ['make']],
  ['--log-level make --|', ['--log-level', '--json']],
  ['--json m|', ['make']],
  ['--log-level d|', ['debug']],
  ['make |', ['-k', '--key', '-c', '--cmd', '--cipher', '--armor']],
  ['make --a|', ['--armor']],
  ['make -k |', []],
  ['make --key x --a|', ['--armor']],
  ['make --cmd generate --a|', ['--armor']],
  ['make -c |', []],
  ['make --cipher |', ['cfb', 'gcm']],
  ['make --cipher=|', ['--cipher=cfb', '--cipher=gcm']],
  ['make --cipher=g|', ['--cipher=gcm']],
  ['make --cipher =|', ['cfb', 'gcm']],
  ['make --cipher = g|', ['gcm']],
  ['make --cipher = gcm --a|', ['--armor']],
  ['make --armor=|', []],
  ['make --unknown=g|', []],
  ['make -- --a|', []],
  ['generate |', ['backup', 'restore']],
  ['generate b|', ['backup']],
  ['completion |', ['bash', 'zsh', 'fish']],
  ['completion bash |', ['--help']],
])('completes "%s"', (words, fitting) => {
  const candidates = complete(tree, words.slice(0, -1).split(' '));
  expect(candidates.map(({ text }) => text)).toEqual(fitting);
});

it('tells what commands do', () => {
  expect(complete(tree, ['g'])).toEqual([{ text: 'generate', description: 'does generate' }]);
});
