import { isForeignAnswer, type Version } from '@backup-maker/api';
import { Failure, isFailure } from '@backup-maker/model';
import type { Logger } from '../log.ts';
import type { Server } from '../server.ts';
import { plainUpload } from './plain-upload.ts';
import { patientRetry, type RetryOptions, retrying, startRetry } from './retry.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { createUploadSession, type UploadSession } from './upload-session.ts';

export interface Upload {
  readonly collectionId: string;
  /**
   * The stream to store, begun only when the server is ready. Where it fails, no version comes into being. Its
   * pieces may be overwritten once the next one is asked for. `plain`: as a server takes it that knows neither binary
   * messages nor manifests.
   */
  readonly body: (form: 'full' | 'plain') => AsyncIterable<Uint8Array>;
  /**
   * The manifest, asked for once the whole stream has been sent, and again where the version gets another number than
   * was expected. Undefined for none.
   */
  readonly manifest: ((versionNumber: number) => Promise<Buffer>) | undefined;
  /** The manifest carries a signature that was asked for, so there must be no version without it. */
  readonly isSigned: boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What can be sent again after the connection broke; two of them are held in memory. */
const segmentBytes = 8 * 1024 * 1024;

/** Fits through a proxy that limits requests to 1 MiB, as nginx does where nobody has told it otherwise. */
const smallRequestBytes = 512 * 1024;

/**
 * Store a stream as a new version. A broken connection, a restarted server or a 5xx costs a retry, not the
 * backup; a server without resumable uploads gets everything in one request.
 */
export async function upload(server: Server, options: Upload): Promise<Version> {
  const retry = patientRetry(server, options);
  const session = await retrying(() => createUploadSession(server, options), startRetry(server, options));
  if (session === undefined) {
    insistOnNoSignature(server, options);
    options.logger.warn(
      `${server.url.host} is an older server, which cannot resume uploads: the backup is lost if the connection breaks. ` +
        'It stores no manifest, so a restore notices a changed version only at its end. Upgrade the server',
    );
    return plainUpload(server, { ...options, body: copied(options.body('plain')) });
  }
  try {
    if (options.manifest !== undefined) {
      // Before the command runs for hours in vain.
      await retrying(() => session.version(), retry);
    }
    return await sendAll(session, options, retry);
  } catch (error) {
    await session.abandon().catch((cause: unknown) => {
      options.logger.debug(`the upload could not be given up: ${cause}`);
    });
    throw error;
  }
}

function insistOnNoSignature({ url }: Server, { isSigned }: Upload): void {
  if (isSigned) {
    throw new Failure(
      'unavailable',
      `${url.host} is an older server, which stores no signature: upgrade it, or leave out --sign-key`,
    );
  }
}

async function sendAll(session: UploadSession, options: Upload, retry: RetryOptions): Promise<Version> {
  const segments = segmentsOf(options.body('full'), segmentBytes);
  const limit: RequestLimit = { bytes: segmentBytes };
  let bytes = 0;
  let current = await segments.next();
  while (!current.done) {
    // The next one is read and encrypted while this one is on its way.
    const following = segments.next();
    following.catch(() => {});
    await sendSegment(session, current.value, { limit, retry });
    bytes += current.value.bytes.length;
    current = await following;
  }
  return record(session, { bytes, manifest: options.manifest }, retry);
}

/** An upload that is interrupted for a minute may find that another one took its number; hardly twice. */
const longestRecordAttempts = 3;

/** Also right where two of our own requests for the end met, and one was told that it conflicts with the other. */
async function record(
  session: UploadSession,
  { bytes, manifest }: Pick<Upload, 'manifest'> & { readonly bytes: number },
  retry: RetryOptions,
): Promise<Version> {
  if (manifest === undefined) {
    return finish(() => session.finish(bytes, undefined), retry);
  }
  for (let attempt = 1; ; attempt += 1) {
    const version = await retrying(() => session.version(), retry);
    if (!version.isRecorded) {
      const stored = await manifest(version.number);
      await retrying(() => session.putManifest(stored), retry);
    }
    try {
      return await finish(() => session.finish(bytes, version.number), retry);
    } catch (error) {
      if (!isFailure(error, 'conflict') || attempt === longestRecordAttempts) {
        throw error;
      }
    }
  }
}

/** Who interrupts this must not be told that there is no version: the request may have arrived. */
async function finish(request: () => Promise<Version>, retry: RetryOptions): Promise<Version> {
  try {
    return await retrying(request, retry);
  } catch (error) {
    const { signal } = retry;
    throw signal.aborted
      ? new Failure(
          'cancelled',
          `${Failure.from(signal.reason, 'cancelled', 'cancelled').message} while the version was being recorded: "backup-maker versions" tells whether it was`,
          { cause: error },
        )
      : error;
  }
}

/** A request keeps what it is given until it is sent. */
async function* copied(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of stream) {
    yield Buffer.from(piece);
  }
}

/** How much one request may carry: less, once a proxy was found to refuse more. */
interface RequestLimit {
  bytes: number;
}

async function sendSegment(
  session: UploadSession,
  segment: Segment,
  { limit, retry }: { readonly limit: RequestLimit; readonly retry: RetryOptions },
): Promise<void> {
  const end = segment.offset + segment.bytes.length;
  let reached = segment.offset;
  let failed = false;
  await retrying(async (progress) => {
    // After a failure only the server knows how much arrived.
    const from = failed ? await session.offset() : reached;
    if (from < segment.offset || from > end) {
      throw new Failure('conflict', 'the server lost a part of the upload that it had confirmed');
    }
    if (from > reached) {
      reached = from;
      progress();
    }
    failed = true;
    while (reached < end) {
      reached = await confirmed(session, segment, { from: reached, limit });
      progress();
    }
  }, retry);
}

async function confirmed(
  session: UploadSession,
  segment: Segment,
  { from, limit }: { readonly from: number; readonly limit: RequestLimit },
): Promise<number> {
  const to = Math.min(segment.offset + segment.bytes.length, from + limit.bytes);
  try {
    const offset = await session.send(segment, from, to);
    if (offset !== to) {
      throw new Failure('network', 'the server has not taken all of a part of the upload');
    }
    return to;
  } catch (error) {
    throw retryable(error, limit);
  }
}

/** What helps against a refusal: to ask for the offset, or to send less at a time. */
function retryable(error: unknown, limit: RequestLimit): unknown {
  if (isFailure(error, 'conflict')) {
    // The server has more, or less, than we think.
    return new Failure('network', error.message, { cause: error });
  }
  const isTooLarge = isFailure(error) && error.details.status === 413 && isForeignAnswer(error);
  if (isTooLarge && limit.bytes > smallRequestBytes) {
    limit.bytes = smallRequestBytes;
    return new Failure('network', `${error.message}; the rest is sent in smaller requests, which is slower`, {
      cause: error,
    });
  }
  return error;
}
