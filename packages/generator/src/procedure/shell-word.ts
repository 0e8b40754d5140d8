/**
 * One word of a bash script that stands for `text`, in which `${…}` and `$(…)` are evaluated where the script
 * runs and everything else is itself: quotes, spaces, backslashes, backticks and lonely dollars. An expression
 * that is not closed is no expression.
 */
export function shellWord(text: string): string {
  let word = '';
  let position = 0;
  while (position < text.length) {
    const end = expressionEnd(text, position);
    if (end !== undefined) {
      word += text.slice(position, end);
      position = end;
      continue;
    }
    const character = text[position] ?? '';
    word += '"$`\\'.includes(character) ? `\\${character}` : character;
    position++;
  }
  return `"${word}"`;
}

/** True when the text holds something that the shell will evaluate. */
export function hasExpression(text: string): boolean {
  for (let i = text.indexOf('$'); i >= 0; i = text.indexOf('$', i + 1)) {
    if (expressionEnd(text, i) !== undefined) return true;
  }
  return false;
}

const closers: Readonly<Record<string, string>> = { '{': '}', '(': ')' };

/** Where the expression that begins at `start` ends; undefined when none begins there or it is not closed. */
function expressionEnd(text: string, start: number): number | undefined {
  const opener = text[start + 1] ?? '';
  const closer = closers[opener];
  if (text[start] !== '$' || closer === undefined) return undefined;
  let depth = 0;
  for (let i = start + 1; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === '\\') {
      i++;
    } else if (character === "'" || character === '"') {
      const close = quoteEnd(text, i);
      if (close === undefined) return undefined;
      i = close;
    } else if (character === opener) {
      depth++;
    } else if (character === closer && --depth === 0) {
      return i + 1;
    }
  }
  return undefined;
}

function quoteEnd(text: string, start: number): number | undefined {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\' && quote === '"') i++;
    else if (text[i] === quote) return i;
  }
  return undefined;
}
