import type { Secret } from '@backup-maker/model';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from './database/database.ts';
import type { Documents } from './documents/documents.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { PasswordChecker } from './sessions/password.ts';
import type { TokenSigner } from './sessions/token.ts';
import type { StoragePlace } from './storage/place.ts';
import type { Storage } from './storage/storage.ts';
import type { ProgressCache } from './upload/resumable/progress.ts';
import type { RunningUploads } from './upload/running-uploads.ts';

/** Everything that the parts of the server work with; made once, by `startRepository`. */
export interface Repository {
  readonly database: Database;
  readonly storage: Storage;
  readonly storagePlace: StoragePlace;
  readonly documents: Documents;
  readonly tokens: TokenSigner;
  readonly passwords: PasswordChecker;
  readonly metrics: Metrics;
  readonly logger: FastifyBaseLogger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly maxTokenMs: number;
  /** How long a token lasts for a user's own password when no other time was asked for. */
  readonly personTokenMs: number;
  /** Of one user from one address. */
  readonly maxFailedLoginsPerMinute: number;
  /** What `/ready` asks for; undefined: nobody may ask. */
  readonly healthCheckKey: Secret | undefined;
  /** May nobody see the health of a collection that has no health code? */
  readonly requireHealthCode: boolean;
  /** How long the checks of `/ready` may take. */
  readonly healthTimeoutMs: number;
  /** How long one upload may take. */
  readonly uploadTimeoutMs: number;
  /** How long the sender of an upload may pause. */
  readonly uploadIdleMs: number;
  /** How long the sender of an upload without a length must stay after its last byte. */
  readonly uploadSettleMs: number;
  readonly downloadTimeoutMs: number;
  /** How long a lease on a collection lasts without being renewed. */
  readonly leaseMs: number;
  /** The same for a resumable upload, whose requests come with pauses in between. */
  readonly resumableLeaseMs: number;
  /** What is known of resumable uploads that go on. */
  readonly progress: ProgressCache;
  readonly uploads: RunningUploads;
}
