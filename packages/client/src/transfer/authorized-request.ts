import { isFailure } from '@backup-maker/model';
import type { Server } from '../server.ts';
import { type HttpAnswer, type HttpRequest, sendRequest } from './http.ts';

/**
 * Send a request with the server's token. A transfer may take longer than a token is valid: where another one is in the
 * token's file by then, the request is sent again with that one, unless its body was a stream.
 * @throws Failure as `sendRequest`; `unavailable` where somebody seems to be writing a new token at this moment
 */
export async function sendAuthorized(
  server: Server,
  request: Omit<HttpRequest, 'token'>,
): Promise<HttpAnswer> {
  const { token } = server;
  try {
    return await sendRequest({ ...request, token });
  } catch (error) {
    if (isFailure(error, 'unauthenticated') && isWhole(request) && (await server.renewToken(token))) {
      return await sendRequest({ ...request, token: server.token });
    }
    throw error;
  }
}

function isWhole({ body }: Pick<HttpRequest, 'body'>): boolean {
  return body === undefined || Buffer.isBuffer(body);
}
