import type { CommandTree, Flag } from './command-tree.ts';

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names of files fit here, and shells know those better. */
  readonly files: boolean;
}

export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/**
 * What may stand in the place of the last of `words`, which may be empty; the words before it stand as they are.
 * A word that bash divided at `=` may come as three.
 */
export function complete(tree: CommandTree, words: readonly string[]): Completion {
  const current = words.at(-1) ?? '';
  let place = tree;
  let awaited: Flag | undefined;
  for (const word of words.slice(0, -1)) {
    if (awaited !== undefined) {
      awaited = word === '=' ? awaited : undefined;
    } else if (word === '--') {
      return { candidates: [], files: true };
    } else if (word.startsWith('-')) {
      const flag = place.flags.find(({ names }) => names.includes(word));
      awaited = flag?.value === undefined ? undefined : flag;
    } else {
      place = place.commands.find(({ name }) => name === word) ?? place;
    }
  }
  if (awaited !== undefined) {
    return completeValue(awaited, current === '=' ? '' : current, '');
  }
  const [name, value] = divided(current);
  const flag = value === undefined ? undefined : place.flags.find(({ names }) => names.includes(name));
  return flag === undefined ? completeWord(place, current) : completeValue(flag, value ?? '', `${name}=`);
}

/** `--flag=value` */
function divided(word: string): readonly [name: string, value: string | undefined] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function completeValue({ value }: Flag, begun: string, prefix: string): Completion {
  const choices = value?.choices ?? [];
  return {
    candidates: choices
      .filter((text) => text.startsWith(begun))
      .map((text) => ({ text: `${prefix}${text}`, description: '' })),
    files: value?.isPath ?? false,
  };
}

/** Flags show where nothing else fits, or once a dash is typed. */
function completeWord(place: CommandTree, begun: string): Completion {
  const words = [
    ...place.commands.map(({ name, description }) => ({ text: name, description })),
    ...place.argumentChoices.map((text) => ({ text, description: '' })),
  ];
  const flags = place.flags.flatMap(({ names, description }) => names.map((text) => ({ text, description })));
  const fitting = begun.startsWith('-') || words.length === 0 ? flags : words;
  return { candidates: fitting.filter(({ text }) => text.startsWith(begun)), files: false };
}
