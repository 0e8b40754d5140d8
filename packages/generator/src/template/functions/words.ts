import { printValue } from '../print.ts';
import { type CallContext, type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import type { Value } from '../value.ts';
import { letterCase } from './letter-case.ts';

// Sprig counts bytes here and takes each for a character; so do we, or widths and cuts would be others.

function bytesOf(value: string): Buffer {
  return Buffer.from(value);
}

function abbreviate(source: string, left: number, width: number): string {
  const bytes = bytesOf(source);
  if (bytes.length <= width) return source;
  const room = width - 3;
  let offset = Math.min(left, bytes.length);
  if (bytes.length - offset < room) offset = bytes.length - room;
  if (offset <= 4) return `${bytes.subarray(0, room).toString()}...`;
  if (width < 7) return '';
  if (offset + room < bytes.length) {
    return `...${abbreviate(bytes.subarray(offset).toString(), 0, room)}`;
  }
  return `...${bytes.subarray(bytes.length - room).toString()}`;
}

function truncate(length: number, source: string): string {
  const bytes = bytesOf(source);
  if (length < 0) return bytes.length + length > 0 ? bytes.subarray(length).toString() : source;
  return bytes.length > length ? bytes.subarray(0, length).toString() : source;
}

function substring(start: number, end: number, source: string): string {
  const bytes = bytesOf(source);
  const [from, to] = start < 0 ? [0, end] : [start, end < 0 || end > bytes.length ? bytes.length : end];
  if (to < from || to > bytes.length) {
    throw new CallError(`runtime error: slice bounds out of range [${from}:${to}]`);
  }
  return bytes.subarray(from, to).toString();
}

interface WrapOptions {
  readonly width: number;
  readonly separator: string;
  /** Words that are longer than a line are cut; else they stand out. */
  readonly cutsWords: boolean;
}

function wrap(source: string, options: WrapOptions, { budget }: CallContext): string {
  const width = Math.max(options.width, 1);
  const bytes = bytesOf(source);
  const pieces: Buffer[] = [];
  let offset = 0;
  while (bytes.length - offset > width) {
    if (bytes[offset] === 0x20) {
      offset += 1;
      continue;
    }
    let end = bytes.subarray(offset, offset + width + 1).lastIndexOf(' ') + offset;
    let next = end + 1;
    if (end < offset) {
      const space = options.cutsWords ? offset + width : bytes.indexOf(' ', offset + width);
      if (space < 0) break;
      end = space;
      next = options.cutsWords ? end : end + 1;
    }
    pieces.push(bytes.subarray(offset, end));
    offset = next;
  }
  budget.text(bytes.length + pieces.length * options.separator.length);
  return [...pieces, bytes.subarray(offset)].map((piece) => piece.toString()).join(options.separator);
}

const byteSpace = /[\t\n\v\f\r \u0085\u00a0]/;

function initials(source: string): string {
  let result = '';
  let isInWord = false;
  for (const character of bytesOf(source).toString('latin1')) {
    const isSpace = byteSpace.test(character);
    if (!isSpace && !isInWord) result += character;
    isInWord = !isSpace;
  }
  return result;
}

function withoutSpace(source: string): string {
  const characters = bytesOf(source).toString('latin1');
  return byteSpace.test(characters) ? characters.replaceAll(new RegExp(byteSpace, 'g'), '') : source;
}

/** Values with a space between them. */
function concatenate(values: readonly Value[], { budget }: CallContext): string {
  const result = values.flatMap((value) => (value === null ? [] : [printValue(value, budget)])).join(' ');
  budget.text(result.length);
  return result;
}

function ofText(call: (value: string) => string): TemplateFunction {
  return { parameters: ['string'], call: (values) => call(text(values, 0)) };
}

export const wordFunctions: FunctionTable = {
  hello: { parameters: [], call: () => 'Hello!' },
  abbrev: {
    parameters: ['int', 'string'],
    call: (values) =>
      Number(values[0]) < 4 ? text(values, 1) : abbreviate(text(values, 1), 0, Number(values[0])),
  },
  abbrevboth: {
    parameters: ['int', 'int', 'string'],
    call: (values) => {
      const [left, right] = [Number(values[0]), Number(values[1])];
      if (right < 4 || (left > 0 && right < 7)) return text(values, 2);
      return abbreviate(text(values, 2), left, right);
    },
  },
  trunc: { parameters: ['int', 'string'], call: (values) => truncate(Number(values[0]), text(values, 1)) },
  substr: {
    parameters: ['int', 'int', 'string'],
    call: (values) => substring(Number(values[0]), Number(values[1]), text(values, 2)),
  },
  wrap: {
    parameters: ['int', 'string'],
    call: (values, context) =>
      wrap(text(values, 1), { width: Number(values[0]), separator: '\n', cutsWords: false }, context),
  },
  wrapWith: {
    parameters: ['int', 'string', 'string'],
    call: (values, context) =>
      wrap(
        text(values, 2),
        { width: Number(values[0]), separator: text(values, 1) || '\n', cutsWords: true },
        context,
      ),
  },
  nospace: ofText(withoutSpace),
  initials: ofText(initials),
  untitle: ofText(letterCase.untitle),
  swapcase: ofText(letterCase.swap),
  snakecase: ofText((value) => letterCase.joinWords(value, '_')),
  kebabcase: ofText((value) => letterCase.joinWords(value, '-')),
  camelcase: ofText(letterCase.pascal),
  plural: {
    parameters: ['string', 'string', 'int'],
    call: ([one = '', many = '', count]) => (count === 1n ? one : many),
  },
  cat: { parameters: [], rest: 'any', call: concatenate },
};
