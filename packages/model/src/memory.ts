/**
 * Give the memory of a buffer back now. The garbage collector, to which the memory of buffers is only a number, would
 * let tens of MiB of it wait. Nobody may use the buffer afterwards: only for one that was made here and was not
 * given away. One that shares its memory with others, such as a small one of Node's pool, is left to the collector.
 */
export function freeMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) {
    buffer.transfer(0);
  }
}
