import { Failure } from '@backup-maker/model';
import { type BodyLength, type PacketHeader, parseHeader, parseLength } from './header.ts';

export type PacketEvent =
  | { readonly type: 'start'; readonly tag: number }
  | { readonly type: 'body'; readonly bytes: Buffer }
  | { readonly type: 'end' };

type State = 'header' | 'body' | 'length';

/**
 * Cuts a stream of packets into events as the bytes arrive. Body bytes are views of the chunks given, never
 * copies; nothing but a header of six bytes is ever held.
 */
export class PacketReader {
  #state: State = 'header';
  #octets: number[] = [];
  #remaining = 0;
  #partial = false;

  /** The events of one more chunk. Iterate to the end: events are made as they are taken. */
  *push(chunk: Buffer): Generator<PacketEvent, void, undefined> {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#state === 'body') {
        const bytes = chunk.subarray(offset, Math.min(chunk.length, offset + this.#remaining));
        offset += bytes.length;
        this.#remaining -= bytes.length;
        yield { type: 'body', bytes };
        yield* this.#afterBody();
      } else {
        this.#octets.push(chunk[offset] ?? 0);
        offset += 1;
        yield* this.#afterOctet();
      }
    }
  }

  /** Tell that the stream is over; a failure if a packet is not. */
  *end(): Generator<PacketEvent, void, undefined> {
    if (this.#state === 'body' && this.#remaining === Infinity) {
      this.#state = 'header';
      yield { type: 'end' };
    }
    if (this.#state !== 'header' || this.#octets.length > 0) {
      throw new Failure('not-openpgp', 'the data ends in the middle of an OpenPGP packet: it was cut off');
    }
  }

  *#afterOctet(): Generator<PacketEvent> {
    const parsed = this.#state === 'header' ? parseHeader(this.#octets) : parseLength(this.#octets);
    if (parsed === undefined) {
      return;
    }
    this.#octets = [];
    if (isHeader(parsed)) {
      yield { type: 'start', tag: parsed.tag };
    }
    this.#remaining = parsed.length;
    this.#partial = parsed.partial;
    this.#state = 'body';
    yield* this.#afterBody();
  }

  *#afterBody(): Generator<PacketEvent> {
    if (this.#remaining > 0) {
      return;
    }
    this.#state = this.#partial ? 'length' : 'header';
    if (!this.#partial) {
      yield { type: 'end' };
    }
  }
}

function isHeader(parsed: PacketHeader | BodyLength): parsed is PacketHeader {
  return 'tag' in parsed;
}
