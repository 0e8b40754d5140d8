/** Go's ideas of letters: Unicode's general categories, one character at a time. */
const isUpper = (character: string) => /^\p{Lu}$/u.test(character);
const isTitle = (character: string) => /^\p{Lt}$/u.test(character);
const isLower = (character: string) => /^\p{Ll}$/u.test(character);
const isSpace = (character: string) => /^[\p{White_Space}]$/u.test(character);
const isLetter = (character: string) => /^\p{L}$/u.test(character);
const isNumber = (character: string) => /^\p{N}$/u.test(character);
const isPunctuation = (character: string) => /^\p{P}$/u.test(character);
const isConnector = (character: string) => character === '-' || character === '_' || isSpace(character);

/** One character for one: `ß` has no single capital letter, so it stays. */
function changed(character: string, other: string): string {
  return [...other].length === 1 ? other : character;
}

const toUpper = (character: string) => changed(character, character.toUpperCase());
const toLower = (character: string) =>
  character === 'İ' ? 'i' : changed(character, character.toLowerCase());

/** The first letter of every word small. */
function untitle(text: string): string {
  let isFirst = true;
  return Array.from(text, (character) => {
    if (isSpace(character)) {
      isFirst = true;
      return character;
    }
    const result = isFirst ? toLower(character) : character;
    isFirst = false;
    return result;
  }).join('');
}

function swap(text: string): string {
  return Array.from(text, (character) => {
    if (isUpper(character) || isTitle(character)) return toLower(character);
    return isLower(character) ? toUpper(character) : character;
  }).join('');
}

/** `http_server` becomes `HttpServer`; connectors at the start, and all but one between words, stay. */
function pascal(text: string): string {
  const characters = [...text];
  const start = characters.findIndex((character) => !isConnector(character));
  // The library repeats the last character of a text without words.
  if (start < 0) return text + (characters.at(-1) ?? '');
  const first = characters[start] ?? '';
  let result = characters.slice(0, start).join('');
  let pending = toUpper(first);
  let isInCapitals = isUpper(first);
  for (const character of characters.slice(start + 1)) {
    if (isConnector(character) && isConnector(pending)) {
      result += pending;
      pending = character;
      continue;
    }
    let next = character;
    if (isConnector(pending)) {
      isInCapitals = isUpper(character);
      next = toUpper(character);
    } else {
      if (isInCapitals && isUpper(character)) next = toLower(character);
      else isInCapitals = false;
      result += pending;
    }
    pending = next;
  }
  return result + pending;
}

type WordKind = 'number' | 'capitals' | 'letters' | 'connector' | 'punctuation' | 'other' | 'none';

interface Word {
  readonly kind: WordKind;
  readonly text: string;
}

/** Splits where the kind of character changes; of `HTTPServer`, the last capital belongs to `Server`. */
function wordsOf(text: string): readonly Word[] {
  const characters = [...text];
  const words: Word[] = [];
  let start = 0;
  while (start < characters.length) {
    const { kind, end } = nextWord(characters, start);
    words.push({ kind, text: characters.slice(start, end).join('') });
    start = end;
  }
  return words;
}

function nextWord(characters: readonly string[], start: number): { kind: WordKind; end: number } {
  const first = characters[start] ?? '';
  const runOf = (belongs: (character: string) => boolean, from = start + 1) => {
    let end = from;
    while (end < characters.length && belongs(characters[end] ?? '')) end += 1;
    return end;
  };
  const isSmallLetter = (character: string) => isLetter(character) && !isUpper(character);
  if (isConnector(first)) return { kind: 'connector', end: runOf(isConnector) };
  if (isPunctuation(first)) return { kind: 'punctuation', end: runOf(isPunctuation) };
  if (isUpper(first)) {
    const next = characters[start + 1] ?? '';
    if (!isUpper(next)) return { kind: 'capitals', end: runOf(isSmallLetter) };
    const end = runOf(isUpper);
    return { kind: 'capitals', end: isLetter(characters[end] ?? '') ? end - 1 : end };
  }
  if (isLetter(first)) return { kind: 'letters', end: runOf(isSmallLetter) };
  if (isNumber(first)) return { kind: 'number', end: runOf(isNumber) };
  const isOther = (character: string) =>
    !(isConnector(character) || isLetter(character) || isNumber(character) || isPunctuation(character));
  return { kind: 'other', end: runOf(isOther) };
}

/** `HTTPServer20x` becomes `http_server_20x`: numbers belong to the word before them, or to small letters behind. */
function joinWords(text: string, connector: string): string {
  const words = wordsOf(text);
  const at = (i: number): Word => words[i] ?? { kind: 'none', text: '' };
  const isBreak = ({ kind }: Word) => kind === 'connector' || kind === 'punctuation';
  let result = '';
  const write = (word: Word) => {
    result += lowered(word, connector);
  };
  let i = 0;
  while (i < words.length - 1) {
    const word = at(i);
    write(word);
    i += 1;
    if (word.kind === 'connector' || word.kind === 'punctuation') continue;
    if (word.kind !== 'number' && at(i).kind !== 'number') {
      if (!isBreak(at(i))) result += connector;
      continue;
    }
    if (word.kind !== 'number') {
      if (i === words.length - 1) break;
      const number = at(i);
      i += 1;
      if (at(i).kind !== 'letters') {
        write(number);
        if (!isBreak(at(i))) result += connector;
        continue;
      }
      result += connector;
      write(number);
    }
    while (at(i).kind === 'letters' || at(i).kind === 'number') {
      write(at(i));
      i += 1;
    }
    if (at(i).kind !== 'none' && !isBreak(at(i))) result += connector;
  }
  write(at(i));
  return result;
}

function lowered({ kind, text }: Word, connector: string): string {
  if (kind !== 'capitals' && kind !== 'connector') return text;
  return Array.from(text, (character) => {
    if (isConnector(character)) return connector;
    return isUpper(character) ? toLower(character) : character;
  }).join('');
}

export const letterCase = { untitle, swap, pascal, joinWords };
