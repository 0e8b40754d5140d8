import type { CommandTree, Flag } from './command-tree.ts';

export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/**
 * What may stand in the place of the last of `words`, which may be empty; the words before it stand as they are.
 * A word that bash divided at `=` may come as three. Where nothing is known, file names may fit: shells know those.
 */
export function complete(tree: CommandTree, words: readonly string[]): readonly Candidate[] {
  const current = words.at(-1) ?? '';
  let place = tree;
  let argumentsBefore = 0;
  let awaited: Flag | undefined;
  for (const word of words.slice(0, -1)) {
    if (awaited !== undefined) {
      awaited = word === '=' ? awaited : undefined;
    } else if (word === '--') {
      return [];
    } else if (word.startsWith('-')) {
      const flag = place.flags.find(({ names }) => names.includes(word));
      awaited = flag?.choices === undefined ? undefined : flag;
    } else {
      const below = place.commands.find(({ name }) => name === word);
      argumentsBefore = below === undefined ? argumentsBefore + 1 : 0;
      place = below ?? place;
    }
  }
  if (awaited !== undefined) {
    return completeValue(awaited, current === '=' ? '' : current, '');
  }
  const [name, value] = divided(current);
  const flag = value === undefined ? undefined : place.flags.find(({ names }) => names.includes(name));
  return flag === undefined
    ? completeWord(place, current, argumentsBefore)
    : completeValue(flag, value ?? '', `${name}=`);
}

/** `--flag=value` */
function divided(word: string): readonly [name: string, value: string | undefined] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function completeValue({ choices = [] }: Flag, begun: string, prefix: string): readonly Candidate[] {
  return choices
    .filter((text) => text.startsWith(begun))
    .map((text) => ({ text: `${prefix}${text}`, description: '' }));
}

/** Flags show where nothing else fits, or once a dash is typed. */
function completeWord(place: CommandTree, begun: string, argumentsBefore: number): readonly Candidate[] {
  const choices = place.argumentChoices[argumentsBefore] ?? [];
  const words = [
    ...place.commands.map(({ name, description }) => ({ text: name, description })),
    ...choices.map((text) => ({ text, description: '' })),
  ];
  const flags = place.flags.flatMap(({ names, description }) => names.map((text) => ({ text, description })));
  const fitting = begun.startsWith('-') || words.length === 0 ? flags : words;
  return fitting.filter(({ text }) => text.startsWith(begun));
}
