import { Failure } from '@backup-maker/model';
import { packetTag } from '../packet/tag.ts';
import type { EncryptionHeader } from './encryption-header.ts';
import { MessageReader } from './reader.ts';
import { recipientKeyId } from './recipient.ts';

/** What an encrypted message shows to somebody without a key. */
export interface Inspection {
  readonly armored: boolean;
  readonly protection: EncryptionHeader['kind'];
  /** Key ids (16 upper-case hex digits) of the (sub)keys that can decrypt, in the message's order. */
  readonly recipientKeyIds: readonly string[];
  /** Recipients whose key id the message hides. */
  readonly hiddenRecipients: number;
  /** Passwords that can decrypt. */
  readonly passwords: number;
}

/** Where a message is wrong: before it was recognized as one, or after (cut off, or followed by something). */
export type InspectionFault = 'empty' | 'no-header' | 'no-footer';

export interface Inspector {
  /**
   * Look at the next piece of the stream; it is neither kept nor copied.
   * @throws Failure `not-openpgp`, whose `details.reason` is an {@link InspectionFault}
   */
  write(chunk: Uint8Array): void;
  /**
   * Tell that the stream is over.
   * @throws Failure `not-openpgp`, as `write`
   */
  end(): Inspection;
}

/** Checks, without any key and in constant memory, that a stream is exactly one whole encrypted OpenPGP message. */
export function createInspector(): Inspector {
  return new MessageInspector();
}

/**
 * Whether the beginning of a stream, of some KiB, is that of an encrypted OpenPGP message: its first session key is
 * whole (RFC 9580 section 5.1), or its encrypted data begins.
 */
export function beginsEncrypted(beginning: Uint8Array): boolean {
  const bytes = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.length);
  try {
    const [first] = new MessageReader().push(bytes);
    return first !== undefined;
  } catch (error) {
    if (error instanceof Failure) {
      return false;
    }
    throw error;
  }
}

class MessageInspector implements Inspector {
  readonly #reader = new MessageReader();
  readonly #recipientKeyIds: string[] = [];
  #hiddenRecipients = 0;
  #passwords = 0;
  #protection: EncryptionHeader['kind'] | undefined;
  #empty = true;

  write(chunk: Uint8Array): void {
    this.#empty &&= chunk.length === 0;
    this.#guarded(() => this.#read(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }

  end(): Inspection {
    this.#guarded(() => this.#read(undefined));
    if (this.#protection === undefined) {
      throw this.#fault(new Failure('not-openpgp', 'the data is not an encrypted OpenPGP message'));
    }
    return {
      armored: this.#reader.armored,
      protection: this.#protection,
      recipientKeyIds: this.#recipientKeyIds,
      hiddenRecipients: this.#hiddenRecipients,
      passwords: this.#passwords,
    };
  }

  #read(chunk: Buffer | undefined): void {
    for (const event of chunk === undefined ? this.#reader.end() : this.#reader.push(chunk)) {
      if (event.type === 'encrypted') {
        this.#protection = event.header.kind;
      } else if (event.type === 'session-key') {
        this.#note(event.tag, event.body);
      }
    }
  }

  #note(tag: number, body: Buffer): void {
    if (tag === packetTag.symmetricKeyEncryptedSessionKey) {
      this.#passwords += 1;
      return;
    }
    const keyId = recipientKeyId(body);
    if (keyId === undefined) {
      this.#hiddenRecipients += 1;
    } else {
      this.#recipientKeyIds.push(keyId);
    }
  }

  #guarded(read: () => void): void {
    try {
      read();
    } catch (error) {
      throw error instanceof Failure ? this.#fault(error) : error;
    }
  }

  #fault(failure: Failure): Failure {
    const reason: InspectionFault = this.#empty
      ? 'empty'
      : this.#reader.recognized
        ? 'no-footer'
        : 'no-header';
    return new Failure('not-openpgp', failure.message, { cause: failure, details: { reason } });
  }
}
