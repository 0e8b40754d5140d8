/**
 * Encrypts the body of one encrypted-data packet. Each call gives the bytes that are ready; a piece of them may be
 * overwritten once the next one is asked for.
 */
export interface BodyEncryptor {
  /** The bytes before the first encrypted one: the packet's own header, a random prefix. */
  start(): Iterable<Buffer>;
  update(plain: Buffer): Iterable<Buffer>;
  final(): Iterable<Buffer>;
}

/** Decrypts the body of one encrypted-data packet, from behind its header. What it gives may be overwritten, as above. */
export interface BodyDecryptor {
  update(encrypted: Buffer): Iterable<Buffer>;
  /**
   * The last bytes, once the whole message has proved to be what was encrypted.
   * @throws Failure `integrity` otherwise: what was given before must be discarded
   */
  final(): Iterable<Buffer>;
}
