import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

describe('the server over HTTP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  it('shows every metric that the alerts of the chart are on', async () => {
    const { bytes } = await server.call('GET', '/metrics', { token: null });
    const shown = [...bytes.toString().matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name);
    const template = new URL(
      '../../../charts/backup-repository-server/templates/prometheus-rule.yaml',
      import.meta.url,
    );
    const named = readFileSync(template, 'utf8').match(/backup_repository_[a-z_]+/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !shown.includes(name))).toEqual([]);
  });

  it('shows what it counts at /metrics', async () => {
    await server.upload(openPgpMessage({ bodyBytes: 1000 }));
    const { status, headers, bytes } = await server.call('GET', '/metrics', { token: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    const lines = bytes.toString().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'backup_repository_build_info{version="0.1.0"} 1',
        'backup_repository_collection_versions{collection="iwa"} 1',
        'backup_repository_collection_quota_bytes{collection="iwa"} 10485760',
        'backup_repository_collection_healthy{collection="iwa",check="SumOfVersionsValidator"} 1',
        'backup_repository_active_uploads 0',
        expect.stringMatching(/^backup_repository_uploaded_bytes_total\{collection="iwa"\} 1\d\d\d$/),
        expect.stringMatching(
          /http_requests_total\{method="POST",route="[^"]*:collection\/version",status="200"\} 1$/,
        ),
      ]),
    );
  });

  it('describes its routes at /openapi.json', async () => {
    const { json } = await server.call('GET', '/openapi.json', { token: null });
    expect(json.openapi).toBe('3.1.0');
    const upload = json.paths['/api/stable/repository/collection/{collection}/version'].post;
    expect(upload.operationId).toBe('upload');
    expect(upload.parameters[0]).toMatchObject({ name: 'collection', in: 'path', required: true });
    const login = json.paths['/api/stable/auth/login'].post;
    expect(login.requestBody.content['application/json'].schema.required).toEqual(['username', 'password']);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/api/stable/unknown'],
    ['PUT', '/api/stable/auth/login'],
    ['GET', '/api/stable/repository/collection/iwa/version/1/2/3'],
  ])('has nothing at %s %s', async (method, path) => {
    const answer = await server.call(method, path);
    expect([answer.status, answer.json]).toEqual([
      404,
      { status: false, error: 'there is nothing at this address', reason: 'not-found', data: {} },
    ]);
  });

  it('tells the id of every request, which its log has', async () => {
    const answer = await server.call('GET', '/health', { token: null });
    const id = answer.headers.get('x-request-id') ?? '';
    expect(id).toHaveLength(36);
    expect(server.logLines.join()).toContain(id);
  });

  it('keeps everything over a restart', async () => {
    const message = openPgpMessage({ bodyBytes: 5000 });
    await server.upload(message);
    await server.restart();
    const answer = await server.call('GET', '/api/stable/repository/collection/iwa/version/latest');
    expect(answer.bytes.equals(message)).toBe(true);
  });
});
