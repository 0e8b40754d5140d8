import { Failure } from '@backup-maker/model';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { toValue, type ValueMap } from '../template/index.ts';
import { type Section, sections, type Variables } from './variables.ts';

const maxBytes = 1024 * 1024;
const maxAliases = 100;

export interface DefinitionOptions {
  /** What the text is, for messages: a file's path, or a field of an object. */
  readonly source: string;
}

/**
 * The variables of a definition file, or of `spec.vars`: YAML 1.2 with comments, anchors and merge keys.
 * @throws Failure `invalid-input` with source, line, column and key; it never quotes a value, which may be secret.
 */
export function parseDefinition(text: string, options: DefinitionOptions): Variables {
  return new DefinitionReader(text, options.source).read();
}

class DefinitionReader {
  readonly #text: string;
  readonly #source: string;
  readonly #lines = new LineCounter();
  readonly #places = new Map<string, string>();
  readonly #warnings: string[] = [];

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  read(): Variables {
    if (this.#text.length > maxBytes) {
      throw new Failure('invalid-input', `${this.#source}: larger than ${maxBytes} bytes`);
    }
    const document = parseDocument(this.#text, {
      lineCounter: this.#lines,
      merge: true,
      intAsBigInt: true,
      prettyErrors: false,
      // Found here with a set: the parser would compare every key of a map with every other.
      uniqueKeys: false,
    });
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) {
      this.#refuse(error.pos[0], `not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`);
    }
    if (document.contents !== null && !isEmpty(document.contents)) {
      this.#sections(document.contents);
    }
    return {
      values: this.#values(() => document.toJS({ mapAsMap: true, maxAliasCount: maxAliases })),
      secretPaths: new Set(),
      places: this.#places,
      warnings: this.#warnings,
    };
  }

  #sections(contents: ParsedNode): void {
    if (!isMap(contents)) {
      this.#refuse(contents.range[0], `the definition must be a map of ${sections.join(', ')}`);
    }
    for (const { key, value } of contents.items) {
      const name = String(isScalar(key) ? key.value : '');
      if (!sections.includes(name as Section)) {
        // Anchors of existing definitions stand under keys of their own.
        this.#warnings.push(
          `${this.#place(key.range[0])}: ${name} is ignored: a definition has ${sections.join(', ')}`,
        );
      } else if (value !== null && !isMap(value) && !isAlias(value) && !isEmpty(value)) {
        this.#refuse(value.range[0], `${name} must be a map`);
      }
    }
    this.#notePlaces(contents, '');
  }

  #notePlaces(map: ParsedNode, prefix: string): void {
    if (isSeq(map)) {
      for (const item of map.items) this.#notePlaces(item, `${prefix}[].`);
    }
    if (!isMap(map)) return;
    const names = new Set<string>();
    for (const { key, value } of map.items) {
      if (!isScalar(key) || typeof key.value === 'object') {
        this.#refuse(key.range[0], 'a key must be a text');
      }
      const name = String(key.value);
      if (names.has(name)) this.#refuse(key.range[0], 'not valid YAML (duplicate key)');
      names.add(name);
      const path = `${prefix}${name}`;
      this.#places.set(path, this.#place(key.range[0]));
      if (value !== null) this.#notePlaces(value, `${path}.`);
    }
  }

  /** Fails for more aliases than a person writes: a few lines of them can stand for gigabytes. */
  #values(read: () => unknown): ValueMap {
    try {
      const value = toValue(read());
      return value instanceof Map ? value : new Map();
    } catch (error) {
      throw new Failure('invalid-input', `${this.#source}: ${(error as Error).message}`, { cause: error });
    }
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#source}:${line}:${col}`;
  }

  #refuse(offset: number, message: string): never {
    throw new Failure('invalid-input', `${this.#place(offset)}: ${message}`);
  }
}

function isEmpty(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null;
}
