// Settings for a process whose work is short-lived buffers. They must be there when it starts. See
// docs/decisions/0505.

/** For V8's heap. */
export const frugalHeap = ['--max-semi-space-size=2', '--initial-old-space-size=48'];

/** For glibc's malloc, by the environment. */
export const frugalMalloc = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
};
