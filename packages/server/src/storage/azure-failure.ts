import { Failure } from '@backup-maker/model';
import { type StorageProblem, storageFailure } from './failure.ts';
import { providerProblem } from './provider-problem.ts';

interface AzureError {
  readonly code?: string;
  readonly statusCode?: number;
  /** Of the answer's headers: what a HEAD request has. */
  readonly details?: { readonly errorCode?: string };
}

const problems: Readonly<Record<string, StorageProblem>> = {
  ContainerNotFound: 'container-missing',
  ContainerDisabled: 'container-missing',
  ContainerBeingDeleted: 'container-missing',
  InvalidResourceName: 'container-missing',
  AuthenticationFailed: 'credentials-refused',
  InvalidAuthenticationInfo: 'credentials-refused',
  NoAuthenticationInformation: 'credentials-refused',
  AccountIsDisabled: 'rights-missing',
  REQUEST_SEND_ERROR: 'unreachable',
  401: 'credentials-refused',
  403: 'rights-missing',
  404: 'not-found',
  409: 'conflict',
  412: 'conflict',
};

/** An error of Azure's client as a Failure, without account, container or blob in its message. */
export function failureFromAzure(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { code, statusCode, details } = (error ?? {}) as AzureError;
  const answer = { code: code ?? details?.errorCode, status: statusCode };
  const { problem, shown } = providerProblem(problems, answer);
  return storageFailure(problem, { code: shown, cause: error });
}
