import { Failure } from '@backup-maker/model';
import { Crc24 } from './crc24.ts';

const beginLine = '-----BEGIN PGP MESSAGE-----';
const endLine = '-----END PGP MESSAGE-----';
/** Armor headers (`Version: …`, `Comment: …`) are a few short lines; more is not armor. */
const maxHeaderBytes = 8 * 1024;
/** The rest of the last group, its padding, the checksum and the last line, with room for white space. */
const maxTailBytes = 1024;

type State = 'header' | 'body' | 'tail';

/**
 * Unwraps ASCII armor (RFC 9580 section 6.2) as it arrives. Strict: white space is all that may stand
 * before and after, a character that is not base64 is an error, and a checksum, where there is one, must match.
 */
export class ArmorDecoder {
  readonly #crc = new Crc24();
  #state: State = 'header';
  #text = '';

  /** The bytes that one more piece of armor gives. */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    this.#text += chunk.toString('latin1');
    if (this.#state === 'header') {
      this.#readHeader();
    }
    if (this.#state === 'body') {
      yield* this.#readBody();
    }
    if (this.#state === 'tail' && this.#text.length > maxTailBytes) {
      this.#text = this.#text.trimEnd();
      if (this.#text.length > maxTailBytes) {
        throw new Failure('not-openpgp', 'something follows the end of the ASCII armor');
      }
    }
  }

  /** Tell that the stream is over: gives the last bytes, or fails where the armor is not complete. */
  *end(): Generator<Buffer, void, undefined> {
    const tail =
      /^([A-Za-z0-9+/\s]*(?:=\s*){0,2})(?:=([A-Za-z0-9+/]{4})\s*)?-----END PGP MESSAGE-----\s*$/.exec(
        this.#text,
      );
    if (this.#state !== 'tail' || tail === null) {
      throw new Failure('not-openpgp', `the ASCII armor does not end with ${endLine}: the data was cut off`);
    }
    const [, group = '', checksum] = tail;
    yield* this.#decode(group.replace(/\s+/g, ''));
    if (checksum !== undefined && checksum !== this.#crc.digest()) {
      throw new Failure('not-openpgp', 'the checksum of the ASCII armor does not match: the data is damaged');
    }
  }

  #readHeader(): void {
    const text = this.#text.trimStart();
    if (!text.startsWith(beginLine.slice(0, text.length))) {
      throw new Failure('not-openpgp', `the data does not begin with ${beginLine}`);
    }
    const blank = /\r?\n[ \t]*\r?\n/.exec(text);
    if (blank !== null) {
      if (text.slice(0, blank.index).split('\n', 1)[0]?.trim() !== beginLine) {
        throw new Failure('not-openpgp', `the data does not begin with the line ${beginLine}`);
      }
      this.#text = text.slice(blank.index + blank[0].length);
      this.#state = 'body';
    } else if (this.#text.length > maxHeaderBytes) {
      throw new Failure('not-openpgp', 'the headers of the ASCII armor do not end');
    }
  }

  *#readBody(): Generator<Buffer, void, undefined> {
    const stop = this.#text.search(/[=-]/);
    const characters = (stop < 0 ? this.#text : this.#text.slice(0, stop)).replace(/[\r\n\t ]+/g, '');
    const whole = characters.length - (characters.length % 4);
    yield* this.#decode(characters.slice(0, whole));
    this.#text = characters.slice(whole) + (stop < 0 ? '' : this.#text.slice(stop));
    if (stop >= 0) {
      this.#state = 'tail';
    }
  }

  *#decode(base64: string): Generator<Buffer, void, undefined> {
    if (base64.length === 0) {
      return;
    }
    const bytes = Buffer.from(base64, 'base64');
    const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
    // Node's decoder skips what it does not know and takes the URL alphabet too.
    if (
      base64.length % 4 !== 0 ||
      bytes.length !== (base64.length / 4) * 3 - padding ||
      base64.includes('_')
    ) {
      throw new Failure('not-openpgp', 'the ASCII armor holds characters that are not base64');
    }
    this.#crc.update(bytes);
    yield bytes;
  }
}
