import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@backup-maker/model';
import { afterEach, describe, expect, it } from 'vitest';
import { createApiClient, urlOf } from './client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) {
    cleanup();
  }
});

async function serve(handler: Handler): Promise<URL> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const answer = (status: number, body: string, headers: Record<string, string> = {}): Handler => {
  return (_request, response) => response.writeHead(status, headers).end(body);
};

const client = (url: URL) => createApiClient({ url, token: new Secret('t0ken'), fetch, timeoutMs: 2000 });

describe('createApiClient', () => {
  it('sends the token and gives the data of a valid answer', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers.authorization);
      response.end(JSON.stringify({ status: true, data: { versions: [] } }));
    });
    expect(await client(url).call('versions', { params: { collection: 'a b/c' } })).toEqual({ versions: [] });
    expect(seen).toEqual(['GET', '/api/stable/repository/collection/a%20b%2Fc/version', 'Bearer t0ken']);
  });

  it.each([
    [
      'names its reason',
      403,
      '{"status":false,"error":"closed","reason":"window-closed","data":{}}',
      'window-closed',
      'closed',
    ],
    [
      'names none',
      404,
      '{"status":false,"error":"cannot find specified version","data":{}}',
      'not-found',
      'specified',
    ],
    [
      'is a failed login',
      401,
      '{"status":false,"code":401,"message":"incorrect Username or Password","data":{}}',
      'unauthenticated',
      'incorrect',
    ],
    ['is a page of a proxy', 502, '<html>Bad Gateway</html>', 'unavailable', '502'],
    ['could steer a terminal', 400, '{"error":"\\u001b[2Jgone"}', 'invalid-input', ' [2Jgone'],
    [
      'is a success of something else',
      200,
      '<html>Welcome</html>',
      'network',
      'does not answer as a Backup Repository',
    ],
    [
      'is a success of another shape',
      200,
      '{"status":true,"data":{"versions":7}}',
      'network',
      'check the URL',
    ],
  ] as const)('turns an error into a Failure when it %s', async (_how, status, body, code, message) => {
    const url = await serve(answer(status, body));
    await expect(client(url).call('versions', { params: { collection: 'c' } })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('follows no redirect, which could take the token elsewhere', async () => {
    let reached = false;
    const other = await serve((_request, response) => {
      reached = true;
      response.end();
    });
    const url = await serve(answer(302, '', { location: other.href }));
    await expect(client(url).call('whoami')).rejects.toThrow();
    expect(reached).toBe(false);
  });

  it('says when nobody answers', async () => {
    const url = await serve(answer(200, ''));
    for (const cleanup of cleanups.splice(0)) {
      cleanup();
    }
    await expect(client(url).call('whoami')).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining(url.host),
    });
  });

  it('never shows the token in its failures', async () => {
    const url = await serve(answer(500, ''));
    const failure: unknown = await client(url)
      .call('whoami')
      .catch((error: unknown) => error);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('t0ken');
  });
});

describe('urlOf', () => {
  it('keeps the path of the server as a prefix', () => {
    expect(urlOf(new URL('https://example.org/backups/?x#y'), 'versions', { collection: 'c' }).href).toBe(
      'https://example.org/backups/api/stable/repository/collection/c/version',
    );
  });

  it.each(['.', '..', ''])('refuses %j as a name', (collection) => {
    expect(() => urlOf(new URL('https://example.org'), 'versions', { collection })).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    );
  });
});
