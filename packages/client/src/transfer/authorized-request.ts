import { Failure, isFailure } from '@backup-maker/model';
import type { Server } from '../server.ts';
import { type HttpAnswer, type HttpRequest, sendRequest } from './http.ts';

/**
 * Send a request with the server's token. A transfer may take longer than a token is valid: where another one is in the
 * token's file by then, the failure is one that is tried again.
 * @throws Failure as `sendRequest`
 */
export async function sendAuthorized(
  server: Server,
  request: Omit<HttpRequest, 'token'>,
): Promise<HttpAnswer> {
  const { token } = server;
  try {
    return await sendRequest({ ...request, token });
  } catch (error) {
    if (isFailure(error, 'unauthenticated') && (await server.renewToken(token).catch(() => false))) {
      throw new Failure('unavailable', 'the token is not valid any more, but its file holds another one', {
        cause: error,
      });
    }
    throw error;
  }
}
