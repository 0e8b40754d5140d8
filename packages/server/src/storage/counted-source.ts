import type { ByteSource } from './storage.ts';

export interface CountedSource {
  /** The same bytes; ends with the reason of the signal once that is aborted. */
  readonly bytes: ByteSource;
  /** How much has passed so far. */
  sizeBytes(): number;
  /**
   * The error that the source itself ended with, for a client library that wraps it in one of its own; the other
   * one where there was none.
   */
  errorOr(other: Error): unknown;
}

export function countSource(source: ByteSource, signal: AbortSignal | undefined): CountedSource {
  let sizeBytes = 0;
  let failed: { readonly error: unknown } | undefined;
  async function* count(): ByteSource {
    try {
      for await (const chunk of source) {
        signal?.throwIfAborted();
        sizeBytes += chunk.length;
        yield chunk;
      }
      signal?.throwIfAborted();
    } catch (error) {
      failed = { error };
      throw error;
    }
  }
  return {
    bytes: count(),
    sizeBytes: () => sizeBytes,
    errorOr: (other) => (failed ? failed.error : other),
  };
}
