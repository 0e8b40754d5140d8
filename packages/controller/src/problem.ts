import { isInvalid, KubeError } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';

/**
 * Why an object cannot be reconciled as it is:
 * - `waiting`: something that it refers to is not there yet;
 * - `stalled`: it is wrong, and only a change of it (or of what it refers to) can help;
 * - `unavailable`: something outside of the cluster failed, trying again may help.
 */
export interface Problem {
  readonly state: 'waiting' | 'stalled' | 'unavailable';
  /** Stable, CamelCase: the reason of conditions and events. */
  readonly reason: string;
  /** Names what is wrong. Never holds a secret. */
  readonly message: string;
}

/** A Failure that carries a Problem's reason: gather and desired throw it, reconcile turns it into a condition. */
export function missing(reason: string, message: string): Failure {
  return new Failure('not-found', message, { details: { reason } });
}

export function invalid(reason: string, message: string): Failure {
  return new Failure('invalid-input', message, { details: { reason } });
}

/** The Problem that an error stands for; undefined for one that says nothing about the object itself. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof KubeError) {
    return problemOfApi(error);
  }
  if (!(error instanceof Failure)) {
    return undefined;
  }
  const { message, details } = error;
  const reason = typeof details.reason === 'string' ? details.reason : undefined;
  switch (error.code) {
    case 'not-found':
      return { state: 'waiting', reason: reason ?? 'DependencyMissing', message };
    case 'invalid-input':
    case 'encryption':
    case 'not-openpgp':
      return { state: 'stalled', reason: reason ?? 'InvalidSpec', message };
    case 'unauthenticated':
    case 'forbidden':
      return { state: 'unavailable', reason: reason ?? 'AccessDenied', message };
    case 'cancelled':
    case 'internal':
      return undefined;
    default:
      return { state: 'unavailable', reason: reason ?? 'DependencyUnavailable', message };
  }
}

/** The API server refuses a child: its text says which field; secrets are not in fields that it quotes. */
function problemOfApi(error: KubeError): Problem | undefined {
  const { status, message } = error;
  if (isInvalid(error)) {
    return { state: 'stalled', reason: 'ObjectRefused', message };
  }
  if (status === 403) {
    return { state: 'unavailable', reason: 'Forbidden', message };
  }
  return undefined;
}
