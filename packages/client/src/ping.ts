import { Failure } from '@backup-maker/model';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

const timeoutMs = 10_000;

export function parsePingUrl(input: Input): URL | undefined {
  const text = input.text('pingUrl', 'BM_PING_URL');
  if (text === undefined) {
    return undefined;
  }
  const url = URL.parse(text);
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol);
  // `fetch` takes no user and password in a URL. The URL is not repeated here: whoever knows it can ping.
  if (!isWeb || url.username !== '' || url.password !== '') {
    throw new Failure(
      'invalid-input',
      '--ping-url (BM_PING_URL) must begin with http:// or https:// and have no user and password in it',
    );
  }
  return url;
}

/**
 * Tell a monitor that work begins, succeeded or failed (the convention of healthchecks.io: the URL, with `/start`
 * or `/fail` behind it). A monitor that does not answer costs a warning, never the backup.
 */
export async function monitored(
  url: URL | undefined,
  context: Context,
  work: () => Promise<void>,
): Promise<void> {
  if (url === undefined) {
    return work();
  }
  // Not waited for before the work: a monitor that hangs must not delay it.
  const told = ping(url, '/start', context);
  try {
    await work();
  } catch (error) {
    await told;
    await ping(url, '/fail', context, error instanceof Failure ? error.message : 'unexpected error');
    throw error;
  }
  await told;
  await ping(url, '', context);
}

async function ping(base: URL, suffix: string, context: Context, body = ''): Promise<void> {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/$/, '') + suffix;
  try {
    // Not the command's signal: that it was cancelled is worth telling.
    const response = await context.fetch(url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) {
      context.logger.warn(`the monitor at ${url.host} answered with status ${response.status}`);
    }
  } catch {
    context.logger.warn(`the monitor at ${url.host} could not be reached`);
  }
}
