import { createHash } from 'node:crypto';
import { uploadMessages } from '@backup-maker/api';
import { Failure, type QuotaDecision } from '@backup-maker/model';
import {
  createInspector,
  type Inspection,
  type InspectionFault,
  type Inspector,
} from '@backup-maker/openpgp';
import type { ByteSource } from '../storage/storage.ts';
import { overQuota } from './over-quota.ts';

/** What is known of an upload once all of it has passed. */
export interface CheckedSummary {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly inspection: Inspection;
}

export interface CheckedBytes {
  /** The same bytes, once; throws a Failure at the first that must not be stored, or at the end. */
  readonly bytes: ByteSource;
  /** @throws TypeError before the end of `bytes` */
  summary(): CheckedSummary;
}

export interface CheckOptions {
  readonly quota: QuotaDecision;
  readonly allowedKeyIds: readonly string[] | undefined;
  /** Hex, as the sender computed it; undefined when it did not say. */
  readonly expectedSha256: string | undefined;
}

/** Check an upload while it flows, in constant memory: size, OpenPGP structure, recipients. */
export function checkBytes(source: ByteSource, options: CheckOptions): CheckedBytes {
  const hash = createHash('sha256');
  const inspector = createInspector();
  let sizeBytes = 0;
  let summary: CheckedSummary | undefined;

  async function* check(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > options.quota.maxBytes) {
        throw overQuota(sizeBytes, options.quota);
      }
      asUploadFailure(() => inspector.write(chunk));
      hash.update(chunk);
      yield chunk;
    }
    const inspection = finishInspection(inspector, options.allowedKeyIds);
    const sha256 = hash.digest('hex');
    if (options.expectedSha256 !== undefined && options.expectedSha256 !== sha256) {
      throw new Failure(
        'integrity',
        'cannot upload version. the digest does not match the bytes that arrived',
      );
    }
    summary = { sizeBytes, sha256, inspection };
  }

  return {
    bytes: check(),
    summary() {
      if (!summary) {
        throw new TypeError('the upload was not read to its end');
      }
      return summary;
    },
  };
}

/**
 * The end of a message.
 * @throws Failure `not-openpgp` when it is cut off, `encryption` when it is encrypted to none of the allowed keys
 */
export function finishInspection(
  inspector: Inspector,
  allowedKeyIds: readonly string[] | undefined,
): Inspection {
  const inspection = asUploadFailure(() => inspector.end());
  if (allowedKeyIds && !inspection.recipientKeyIds.some((id) => allowedKeyIds.includes(id))) {
    throw new Failure(
      'encryption',
      `cannot upload version. the message is encrypted to ${inspection.recipientKeyIds.join(', ') || 'no named key'}, ` +
        `but this collection accepts only ${allowedKeyIds.join(', ')}`,
    );
  }
  return inspection;
}

const messageOfFault: Readonly<Record<InspectionFault, string>> = {
  empty: uploadMessages.empty,
  'no-header': uploadMessages.noHeader,
  'no-footer': uploadMessages.noFooter,
};

/** The inspector's findings, in the words that scripts know. */
export function asUploadFailure<Result>(inspect: () => Result): Result {
  try {
    return inspect();
  } catch (error) {
    if (error instanceof Failure && error.code === 'not-openpgp') {
      const fault = error.details.reason as InspectionFault;
      throw new Failure('not-openpgp', messageOfFault[fault], { cause: error });
    }
    throw error;
  }
}
