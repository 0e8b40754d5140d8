import { Failure } from '@backup-maker/model';
import { type StorageProblem, storageFailure } from './failure.ts';
import { providerProblem } from './provider-problem.ts';

/** The parts of Google's client have errors of their own. */
interface GoogleError {
  /** A status, or a code of Node. */
  readonly code?: string | number;
  readonly status?: number;
  readonly message?: string;
  readonly errors?: readonly { readonly reason?: string }[];
  readonly response?: { readonly data?: unknown };
}

const problems: Readonly<Record<string, StorageProblem>> = {
  authError: 'credentials-refused',
  invalid_grant: 'credentials-refused',
  invalid_client: 'credentials-refused',
  NoDefaultCredentials: 'credentials-refused',
  accountDisabled: 'rights-missing',
  userProjectAccountProblem: 'rights-missing',
  401: 'credentials-refused',
  403: 'rights-missing',
  404: 'not-found',
  412: 'conflict',
};

/** An error of Google's client as a Failure, without bucket or object in its message. */
export function failureFromGcs(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { code, status } = (error ?? {}) as GoogleError;
  const answer = { code: reasonOf((error ?? {}) as GoogleError), status: status ?? code };
  const { problem, shown } = providerProblem(problems, answer);
  return storageFailure(problem, { code: shown, cause: error });
}

function reasonOf({ code, message, errors, response }: GoogleError): string | undefined {
  const data = response?.data as { readonly error?: string | GoogleError } | undefined;
  const refusal = data?.error;
  if (message?.startsWith('Could not load the default credentials')) {
    // All that this error has is its text.
    return 'NoDefaultCredentials';
  }
  const reason = typeof refusal === 'string' ? refusal : (errors ?? refusal?.errors)?.[0]?.reason;
  return reason ?? (typeof code === 'string' && Number.isNaN(Number(code)) ? code : undefined);
}
