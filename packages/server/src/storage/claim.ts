import { Failure } from '@backup-maker/model';
import type { ByteSource, Storage } from './storage.ts';

const markerKey = '.backup-repository';

/**
 * Mark a bucket or container (below its prefix) as the storage of one installation, or make sure that it is
 * already: the janitor of another one would take everything in it for left over.
 * @throws Failure `conflict` when it is somebody else's
 */
export async function claimStorage(storage: Storage, ownerId: string): Promise<void> {
  const owner = await readOwner(storage);
  if (owner === undefined) {
    await insistOnEmpty(storage);
    await mark(storage, ownerId);
  } else if (owner !== ownerId) {
    throw new Failure(
      'conflict',
      `the storage belongs to another installation (${owner}; this one is ${ownerId}). Give this one a bucket or prefix of its own; ` +
        `or, if that installation is gone and its objects may be removed, delete the object ${markerKey}`,
    );
  }
}

/** Is this the key of the mark, which no version refers to? */
export function isMarker(key: string): boolean {
  return key === markerKey;
}

async function readOwner(storage: Storage): Promise<string | undefined> {
  if (!(await storage.stat(markerKey))) {
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of await storage.get(markerKey)) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}

async function insistOnEmpty(storage: Storage): Promise<void> {
  for await (const { key } of storage.list('')) {
    if (!isMarker(key)) {
      throw new Failure('conflict', 'the storage holds other objects. Give it a bucket or prefix of its own');
    }
  }
}

async function mark(storage: Storage, ownerId: string): Promise<void> {
  async function* source(): ByteSource {
    yield Buffer.from(`${ownerId}\n`);
  }
  try {
    await storage.put(markerKey, source());
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'conflict')) {
      throw error;
    }
    // Another server was faster: it must be one of ours.
    await claimStorage(storage, ownerId);
  }
}
