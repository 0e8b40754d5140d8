import { createHash, type Hash } from 'node:crypto';
import { Failure, isFailure } from '@backup-maker/model';
import { createInspector, type Inspector } from '@backup-maker/openpgp';
import type { Database } from '../../database/database.ts';
import { listParts, type Part } from '../../database/parts.ts';
import type { Storage } from '../../storage/storage.ts';
import { asUploadFailure } from '../checked-bytes.ts';

/** What was learned from the bytes of an upload so far. */
export interface UploadProgressState {
  offsetBytes: number;
  readonly hash: Hash;
  readonly inspector: Inspector;
}

/**
 * Hashes and inspections of uploads that go on, kept in memory between requests. It is a cache alone: when it
 * is lost, behind (another server took some requests) or in doubt, what is missing is read from the storage, so
 * that each byte is processed once by each server that takes part.
 */
export interface ProgressCache {
  /**
   * Work with the state of an upload that stands at `offsetBytes`. When `work` rejects the state is dropped.
   * @throws Failure `busy` while another request of this server works with it
   */
  use<Result>(
    uploadId: string,
    offsetBytes: number,
    work: (state: UploadProgressState) => Promise<Result>,
  ): Promise<Result>;
  forget(uploadId: string): void;
}

export interface ProgressCacheOptions {
  readonly database: Database;
  readonly storage: Storage;
  readonly maxUploads: number;
}

export function createProgressCache({ database, storage, maxUploads }: ProgressCacheOptions): ProgressCache {
  const states = new Map<string, UploadProgressState>();
  const used = new Set<string>();

  async function stateAt(uploadId: string, offsetBytes: number): Promise<UploadProgressState> {
    const cached = states.get(uploadId);
    states.delete(uploadId);
    const state = cached && cached.offsetBytes <= offsetBytes ? cached : newState();
    if (state.offsetBytes < offsetBytes) {
      await catchUp(state, uploadId);
    }
    if (state.offsetBytes !== offsetBytes) {
      throw damaged();
    }
    return state;
  }

  async function catchUp(state: UploadProgressState, uploadId: string): Promise<void> {
    let start = 0;
    for (const part of await listParts(database, uploadId)) {
      if (start === state.offsetBytes) {
        await absorbPart(state, part);
      }
      start += part.sizeBytes;
    }
  }

  /** Parts are synced with the whole upload: a power cut may have left less of one, zeros, or nothing. */
  async function absorbPart(state: UploadProgressState, { objectKey, sha256 }: Part): Promise<void> {
    try {
      for await (const chunk of await storage.get(objectKey)) {
        absorb(state, chunk);
      }
    } catch (error) {
      throw isFailure(error, 'not-found') ? damaged(error) : error;
    }
    if (digestSoFar(state) !== sha256) {
      throw damaged();
    }
  }

  function keep(uploadId: string, state: UploadProgressState): void {
    states.set(uploadId, state);
    for (const oldest of states.keys()) {
      if (states.size <= maxUploads) {
        return;
      }
      states.delete(oldest);
    }
  }

  return {
    async use(uploadId, offsetBytes, work) {
      if (used.has(uploadId)) {
        throw new Failure('busy', 'another request sends bytes of this upload at the moment');
      }
      used.add(uploadId);
      try {
        const state = await stateAt(uploadId, offsetBytes);
        const result = await work(state);
        keep(uploadId, state);
        return result;
      } finally {
        used.delete(uploadId);
      }
    },
    forget(uploadId) {
      states.delete(uploadId);
    },
  };
}

/** Take the next bytes into account. */
export function absorb(state: UploadProgressState, chunk: Uint8Array): void {
  asUploadFailure(() => state.inspector.write(chunk));
  state.hash.update(chunk);
  state.offsetBytes += chunk.length;
}

/** SHA-256, in hex, of everything that came so far. */
export function digestSoFar({ hash }: UploadProgressState): string {
  return hash.copy().digest('hex');
}

function damaged(cause?: unknown): Failure {
  return new Failure('integrity', 'the stored parts of this upload do not add up. Begin the upload again', {
    cause,
  });
}

function newState(): UploadProgressState {
  return { offsetBytes: 0, hash: createHash('sha256'), inspector: createInspector() };
}
