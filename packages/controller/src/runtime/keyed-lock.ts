/** Runs one action at a time for each key, in the order of asking. */
export interface KeyedLock {
  run<T>(key: string, action: () => Promise<T>): Promise<T>;
}

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: (key, action) => {
      const turn = (tails.get(key) ?? Promise.resolve()).then(action, action);
      // The next in the row waits for the end, however it ends; whoever asked gets the error.
      const tail = turn.then(
        () => {},
        () => {},
      );
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) {
          tails.delete(key);
        }
      });
      return turn;
    },
  };
}
