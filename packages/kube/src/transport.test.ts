import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createClient } from './client.ts';
import { connect } from './connection.ts';
import { defineResource } from './resource.ts';

const boxes = defineResource({
  group: 'x.org',
  version: 'v1',
  plural: 'boxes',
  kind: 'Box',
  namespaced: true,
});
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) {
    stop();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const kubeconfig = (server: string) => `
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: c, user: u, namespace: work}}]
clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: {token: t0ken}}]
`;

it.each(['address', 'text'] as const)('sends the token of a connection by %s', async (type) => {
  const server = await serve((request, response) =>
    response.end(JSON.stringify({ token: request.headers.authorization })),
  );
  const connection = await connect(
    type === 'address' ? { type, server, token: 't0ken' } : { type, kubeconfig: kubeconfig(server) },
  );
  const client = createClient({ transport: connection.transport, fieldManager: 'tester' });
  expect(await client.read('/version')).toEqual({ token: 'Bearer t0ken' });
  expect(connection.namespace).toBe(type === 'text' ? 'work' : undefined);
});

it.each(['nonsense: [', 'apiVersion: v1\nkind: Config\n'])(
  'says that a kubeconfig like %j is unusable',
  async (text) => {
    await expect(connect({ type: 'text', kubeconfig: text })).rejects.toMatchObject({
      code: 'configuration',
    });
  },
);

it('sends the body of a deletion with its length', async () => {
  const bodies: string[] = [];
  const server = await serve((request, response) => {
    request.setEncoding('utf8');
    request.on('data', (chunk) => bodies.push(chunk));
    request.on('end', () => response.end('{}'));
  });
  const { transport } = await connect({ type: 'address', server });
  const client = createClient({ transport, fieldManager: 'tester' });
  expect(await client.delete(boxes, { namespace: 'n', name: 'ž' }, { uid: 'u1' })).toBe(true);
  expect(JSON.parse(bodies.join(''))).toMatchObject({ kind: 'DeleteOptions', preconditions: { uid: 'u1' } });
});

it('gives up on a server that does not answer', async () => {
  const { transport } = await connect({ type: 'address', server: await serve(() => {}) });
  const client = createClient({ transport, fieldManager: 'tester', timeoutMs: 50 });
  await expect(client.read('/version')).rejects.toMatchObject({ code: 'timeout' });
});

it('gives up on an answer that does not end', async () => {
  const server = await serve((_request, response) => response.write('{'));
  const { transport } = await connect({ type: 'address', server });
  const client = createClient({ transport, fieldManager: 'tester', timeoutMs: 100 });
  await expect(client.read('/version')).rejects.toMatchObject({ code: 'timeout' });
});

it('uses a new connection when the server closed the kept one, but never sends a creation twice', async () => {
  const requests: string[] = [];
  const server = await serve((request, response) => {
    requests.push(request.method ?? '');
    if (requests.length % 2 === 0) {
      request.socket.resetAndDestroy();
    } else {
      response.end('{}');
    }
  });
  const { transport } = await connect({ type: 'address', server });
  const client = createClient({ transport, fieldManager: 'tester' });
  await client.read('/version');
  await client.read('/version');
  expect(requests).toEqual(['GET', 'GET', 'GET']);
  const box = { apiVersion: 'x.org/v1', kind: 'Box', metadata: { namespace: 'n', name: 'a' } };
  await expect(client.create(boxes, box)).rejects.toMatchObject({ code: 'network' });
  expect(requests).toEqual(['GET', 'GET', 'GET', 'POST']);
});

it('reports a closed port as a network error, without the token', async () => {
  const { transport } = await connect({ type: 'address', server: 'http://127.0.0.1:1', token: 't0ken' });
  const error: unknown = await createClient({ transport, fieldManager: 'tester' })
    .read('/version')
    .catch((e) => e);
  expect(error).toMatchObject({ code: 'network' });
  expect(String(error)).not.toContain('t0ken');
});

it('ends a watch when its signal is aborted', async () => {
  const server = await serve((_request, response) => {
    response.write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n');
  });
  const { transport } = await connect({ type: 'address', server });
  const client = createClient({ transport, fieldManager: 'tester' });
  const stop = new AbortController();
  const watch = client.watch(boxes, { resourceVersion: '1', timeoutSeconds: 60, signal: stop.signal });
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const event of watch) {
      seen.push(event);
      stop.abort();
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  expect(seen).toEqual([{ type: 'BOOKMARK', resourceVersion: '7' }]);
});

it.each([
  ['<html>Bad gateway</html>', 502, { code: 'api', status: 502 }],
  ['not json', 200, { code: 'protocol' }],
  [
    '{"kind":"Status","message":"slow down","details":{"retryAfterSeconds":3}}',
    429,
    { code: 'api', retryAfterMs: 3000 },
  ],
])('understands the answer %s', async (body, status, expected) => {
  const server = await serve((_request, response) => response.writeHead(status).end(body));
  const { transport } = await connect({ type: 'address', server });
  await expect(createClient({ transport, fieldManager: 'tester' }).read('/version')).rejects.toMatchObject(
    expected,
  );
});
