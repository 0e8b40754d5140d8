import type { ByteSource, PutOptions, Storage } from '../src/storage/storage.ts';

export interface PutFault {
  /** How many bytes are taken before it happens. */
  readonly afterBytes: number;
  /** What the storage then does: reject with this, or never answer again. */
  readonly fault: Error | 'hang';
}

/** A storage that works until a fault is set, and works again once it is not. */
export interface FaultyStorage extends Storage {
  putFault: PutFault | undefined;
  deleteFault: Error | undefined;
}

export function createFaultyStorage(storage: Storage): FaultyStorage {
  const faulty: FaultyStorage = {
    ...bound(storage),
    putFault: undefined,
    deleteFault: undefined,
    async put(key: string, source: ByteSource, options: PutOptions = {}) {
      return storage.put(key, spoiled(source, faulty.putFault, options.signal), options);
    },
    async delete(key: string) {
      if (faulty.deleteFault) {
        throw faulty.deleteFault;
      }
      await storage.delete(key);
    },
  };
  return faulty;
}

function bound(storage: Storage): Storage {
  return {
    name: storage.name,
    put: storage.put.bind(storage),
    sync: storage.sync.bind(storage),
    get: storage.get.bind(storage),
    stat: storage.stat.bind(storage),
    delete: storage.delete.bind(storage),
    list: storage.list.bind(storage),
    removeUnfinished: storage.removeUnfinished.bind(storage),
    close: storage.close.bind(storage),
  };
}

async function* spoiled(
  source: ByteSource,
  fault: PutFault | undefined,
  signal: AbortSignal | undefined,
): ByteSource {
  let taken = 0;
  for await (const chunk of source) {
    taken += chunk.length;
    if (fault && taken > fault.afterBytes) {
      await strike(fault.fault, signal);
    }
    yield chunk;
  }
  if (fault) {
    await strike(fault.fault, signal);
  }
}

async function strike(fault: Error | 'hang', signal: AbortSignal | undefined): Promise<never> {
  if (fault !== 'hang') {
    throw fault;
  }
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
