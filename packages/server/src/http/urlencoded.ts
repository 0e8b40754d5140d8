import { Failure } from '@backup-maker/model';
import type { ByteSource } from '../storage/storage.ts';
import { uploadField } from './form-field.ts';

const prefix = Buffer.from(`${uploadField}=`);
const [percent, plus, ampersand, space] = [...Buffer.from('%+& ')] as [number, number, number, number];

/**
 * The field `file` of an urlencoded form (WHATWG URL, 5.1), decoded while it arrives. curl gives this content
 * type to `--data-binary` too: what does not begin with `file=` is taken as it is. No OpenPGP message does.
 */
export async function* readUrlencodedFile(source: ByteSource): ByteSource {
  const iterator = source[Symbol.asyncIterator]();
  try {
    const head = await readHead(iterator);
    const isForm = head.subarray(0, prefix.length).equals(prefix);
    const rest = { [Symbol.asyncIterator]: () => iterator };
    if (isForm) {
      yield* decode(head.subarray(prefix.length), rest);
    } else {
      yield head;
      yield* rest;
    }
  } finally {
    await iterator.return?.();
  }
}

/** At least as much as decides what it is, unless there is less. */
async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < prefix.length) {
    const next = await iterator.next();
    if (next.done) {
      break;
    }
    head = head.length === 0 ? bufferOf(next.value) : Buffer.concat([head, next.value]);
  }
  return head;
}

async function* decode(head: Buffer, rest: ByteSource): ByteSource {
  const decoder = new PercentDecoder();
  yield decoder.write(head);
  for await (const chunk of rest) {
    yield decoder.write(bufferOf(chunk));
  }
  decoder.end();
}

class PercentDecoder {
  /** An escape that a chunk ended in. */
  #pending = '';
  #over = false;

  write(chunk: Buffer): Buffer {
    const out = Buffer.allocUnsafe(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (this.#over) {
        break;
      }
      if (this.#pending !== '') {
        this.#pending += String.fromCharCode(byte);
        if (this.#pending.length === 3) {
          out[length++] = this.#unescape();
        }
      } else if (byte === percent) {
        this.#pending = '%';
      } else if (byte === ampersand) {
        this.#over = true;
      } else {
        out[length++] = byte === plus ? space : byte;
      }
    }
    return out.subarray(0, length);
  }

  end(): void {
    if (this.#pending !== '') {
      throw malformed();
    }
  }

  #unescape(): number {
    const digits = this.#pending.slice(1);
    if (!/^[0-9a-f]{2}$/i.test(digits)) {
      throw malformed();
    }
    this.#pending = '';
    return Number.parseInt(digits, 16);
  }
}

function malformed(): Failure {
  return new Failure('invalid-input', 'the form is malformed, or was cut off');
}

function bufferOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}
