import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, freePort, hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { heldBack } from './held-body.ts';
import { openPgpMessage } from './message.ts';
import { startProgram } from './program-process.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const page = join(import.meta.dirname, '../../../docs/proxies.md');
const large = { maxOneVersionSize: '50M', maxCollectionSize: '500M' };
const tus = { 'tus-resumable': '1.0.0' };
const bytes = { ...tus, 'content-type': 'application/offset+octet-stream' };

/** The example in this language, as somebody copies it. */
async function exampleIn(language: string): Promise<string> {
  const text = await readFile(page, 'utf8');
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)?.[1] ?? '';
}

/** nginx with the example alone, but without TLS, on free ports. */
async function startNginx(server: TestServer) {
  const port = await freePort();
  const example = (await exampleIn('nginx'))
    .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
    .replaceAll(/^ *ssl_.*\n/gm, '')
    .replace('127.0.0.1:8080', new URL(server.url).host);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${server.folder}/${kind};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const file = join(server.folder, 'nginx.conf');
  await writeFile(
    file,
    `daemon off; ${user} pid ${server.folder}/pid; error_log stderr; events {}
     http { access_log off; ${temporary.join(' ')} ${example} }`,
  );
  const running = await startProgram(findProgram('nginx') ?? 'nginx', ['-c', file], port);
  return { url: `http://127.0.0.1:${port}/backups`, running };
}

it.skipIf(!hasPrograms('nginx'))('the example of nginx passes on everything, below a path', async () => {
  await using server = await startTestServer({ trustedProxies: ['127.0.0.1'] });
  server.documents.put('collection', 'large', collectionDocument('large', large));
  const nginx = await startNginx(server);
  await using _running = nginx.running;
  const authorization = `Bearer ${await server.login('admin')}`;
  const call = (method: string, url: string | URL, headers = {}, body?: RequestInit['body']) =>
    fetch(url, {
      method,
      headers: { authorization, ...headers },
      ...(body ? { body, duplex: 'half' } : {}),
    } as RequestInit);
  const collection = `${nginx.url}/api/stable/repository/collection/large`;

  // Larger than the megabyte that nginx allows by itself; and here before its end, so it was not collected first.
  const message = openPgpMessage({ bodyBytes: 3_000_000 });
  const { body, gate } = heldBack(message);
  const uploading = call('POST', `${collection}/version`, {}, body);
  const metrics = async () => (await call('GET', `${nginx.url}/metrics`)).text();
  await expect.poll(metrics).toContain('backup_repository_active_uploads 1');
  gate.resolve();
  expect((await uploading).status).toBe(200);
  const stored = await call('GET', `${collection}/version/latest`);
  expect(Buffer.from(await stored.arrayBuffer()).equals(message)).toBe(true);

  // As clients of tus resolve the address of an upload: against the one that they sent the request to.
  for (const endpoint of [`${collection}/upload`, `${collection}/upload/`]) {
    const headers = { ...tus, 'upload-length': `${message.length}` };
    const created = await call('POST', endpoint, headers);
    const upload = new URL(created.headers.get('location') ?? '', endpoint);
    expect(upload.href).toMatch(`${collection}/upload/`);
    const half = 1_700_000;
    const first = new Uint8Array(message.subarray(0, half));
    expect((await call('PATCH', upload, { ...bytes, 'upload-offset': '0' }, first)).status).toBe(204);
    expect((await call('HEAD', upload, tus)).headers.get('upload-offset')).toBe(`${half}`);
    expect((await call('PUT', `${upload}/manifest`, {}, randomBytes(10))).status).toBe(204);
    const rest = new Uint8Array(message.subarray(half));
    const done = await call('PATCH', upload, { ...bytes, 'upload-offset': `${half}` }, rest);
    expect([done.status, done.headers.get('upload-offset')]).toEqual([200, `${message.length}`]);
  }
  const abandoned = await call('POST', `${collection}/upload`, { ...tus, 'upload-length': '5' });
  const upload = new URL(abandoned.headers.get('location') ?? '', `${collection}/upload`);
  expect((await call('DELETE', upload, tus)).status).toBe(204);
  expect((await call('OPTIONS', `${collection}/upload`)).headers.get('tus-version')).toBe('1.0.0');
});

it('the example of an Ingress is one that Kubernetes takes, with the settings of the other', async () => {
  const ingress = parse(await exampleIn('yaml'), { strict: true });
  expect([ingress.apiVersion, ingress.kind]).toEqual(['networking.k8s.io/v1', 'Ingress']);
  const annotations: Record<string, string> = ingress.metadata.annotations;
  // Kubernetes refuses numbers and booleans there.
  expect(Object.values(annotations).every((value) => typeof value === 'string')).toBe(true);
  const prefix = 'nginx.ingress.kubernetes.io';
  expect(annotations).toMatchObject({
    [`${prefix}/proxy-body-size`]: '0',
    [`${prefix}/proxy-request-buffering`]: 'off',
    [`${prefix}/proxy-read-timeout`]: '1200',
  });
  const [{ path, pathType, backend }] = ingress.spec.rules[0].http.paths;
  expect([pathType, backend.service.port.number]).toEqual(['ImplementationSpecific', 8080]);
  const target = annotations[`${prefix}/rewrite-target`] ?? '';
  const rewritten = '/backups/api/stable/auth/login'.replace(new RegExp(`^${path}`), target);
  expect(rewritten).toBe('/api/stable/auth/login');
  expect('/backups'.replace(new RegExp(`^${path}`), target)).toBe('/');
});
