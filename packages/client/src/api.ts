import { type ApiClient, createApiClient } from '@backup-maker/api';
import type { Context } from './context.ts';
import type { Server } from './server.ts';
import { politeRetry, retrying } from './transfer/retry.ts';

/**
 * A client of the JSON routes that waits as long as the server tells it to (429).
 * @param patienceMs for how long altogether
 */
export function apiOf(
  { url, token, timeoutMs }: Pick<Server, 'url' | 'token' | 'timeoutMs'>,
  context: Pick<Context, 'fetch' | 'logger' | 'signal'>,
  patienceMs = timeoutMs,
): ApiClient {
  const { fetch } = context;
  const api = createApiClient({ url, timeoutMs, fetch, ...(token === undefined ? {} : { token }) });
  const retry = politeRetry({ timeoutMs: patienceMs }, context);
  return {
    call: (name, options) => retrying(() => api.call(name, options), retry),
    login: (request, signal) => retrying(() => api.login(request, signal), retry),
  };
}
