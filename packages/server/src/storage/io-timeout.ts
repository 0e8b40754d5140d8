import { Failure } from '@backup-maker/model';
import type { GetOptions, PutOptions, Storage } from './storage.ts';

/**
 * A storage whose operations end with `unavailable` when they take longer than this. What a back end that hangs
 * does afterwards nobody hears of: an object that it still makes is the janitor's.
 */
export function withIoTimeout(storage: Storage, timeoutMs: number): Storage {
  const within = async <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const failure = new Failure('unavailable', 'the storage did not answer in time. Try again later');
      controller.abort(failure);
      late.reject(failure);
    }, timeoutMs);
    try {
      return await Promise.race([work(controller.signal), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  const both = (signal: AbortSignal, given: AbortSignal | undefined) =>
    given ? AbortSignal.any([signal, given]) : signal;
  return {
    name: storage.name,
    put: (key, source, options: PutOptions = {}) =>
      within((signal) => storage.put(key, source, { ...options, signal: both(signal, options.signal) })),
    sync: (keys) => within(() => storage.sync(keys)),
    // The opening alone: how long a reading takes is up to who reads, and bounded there.
    get: (key, options: GetOptions = {}) => within(() => storage.get(key, options)),
    stat: (key) => within(() => storage.stat(key)),
    delete: (key) => within(() => storage.delete(key)),
    list: (prefix) => storage.list(prefix),
    removeUnfinished: (olderThanMs) => within(() => storage.removeUnfinished(olderThanMs)),
    close: () => storage.close(),
  };
}
