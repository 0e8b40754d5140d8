import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPgpMessage } from './message.ts';
import { collectionDocument } from './sample-documents.ts';
import { type Answer, startTestServer, type TestServer } from './server-fixture.ts';

const collections = '/api/stable/repository/collection';
const tus = { 'tus-resumable': '1.0.0' };

describe('resumable uploads', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  function collection(name: string, spec: object = {}): string {
    server.documents.put('collection', name, collectionDocument(name, spec));
    return name;
  }

  const create = (
    name: string,
    headers: Record<string, string> = { 'upload-defer-length': '1' },
    token?: string,
  ) =>
    server.call('POST', `${collections}/${name}/upload`, {
      headers: { ...tus, ...headers },
      ...(token ? { token } : {}),
    });

  async function begin(name: string, headers?: Record<string, string>): Promise<string> {
    const answer = await create(name, headers);
    expect(answer.status).toBe(201);
    return `${collections}/${name}/${answer.headers.get('location')}`;
  }

  const patch = (
    location: string,
    offset: number | string,
    bytes: Buffer,
    headers: Record<string, string> = {},
  ) =>
    server.call('PATCH', location, {
      headers: {
        ...tus,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': `${offset}`,
        ...headers,
      },
      body: new Uint8Array(bytes),
    });

  const head = (location: string) => server.call('HEAD', location, { headers: tus });
  const finish = (location: string, length: number) =>
    patch(location, length, Buffer.alloc(0), { 'upload-length': `${length}` });
  const versionsOf = async (name: string) =>
    (await server.call('GET', `${collections}/${name}/version`)).json.data.versions;

  async function storedFiles(name: string): Promise<readonly string[]> {
    const objects = await readdir(join(server.folder, 'storage/objects', name)).catch(() => []);
    return [...objects, ...(await readdir(join(server.folder, 'storage/incoming')))];
  }

  /** Upload in pieces of these sizes; the rest is the last piece. */
  async function send(location: string, message: Buffer, sizes: readonly number[]): Promise<void> {
    let offset = 0;
    for (const size of [...sizes, message.length]) {
      const piece = message.subarray(offset, offset + size);
      const answer = await patch(location, offset, piece);
      expect(answer.status).toBe(204);
      offset += piece.length;
      expect(answer.headers.get('upload-offset')).toBe(`${offset}`);
    }
  }

  it('tells what it can do', async () => {
    const answer = await server.call('OPTIONS', `${collections}/${collection('abilities')}/upload`);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-defer-length,checksum,expiration,termination',
      'tus-checksum-algorithm': 'sha1,sha256',
    });
  });

  it('becomes one version of many pieces, with its manifest, at the last request', async () => {
    const name = collection('pieces');
    const message = openPgpMessage({ bodyBytes: 300_000 });
    const location = await begin(name);
    await send(location, message, [1, 99_999, 0, 100_000]);
    expect((await head(location)).headers.get('upload-offset')).toBe(`${message.length}`);
    expect(await versionsOf(name)).toEqual([]);
    const manifest = randomBytes(1000);
    const given = await server.call('PUT', `${location}/manifest`, { body: new Uint8Array(manifest) });
    expect(given.status).toBe(204);
    const done = await finish(location, message.length);
    expect([done.status, done.headers.get('backup-version')]).toEqual([200, '1']);
    expect(done.json.data.version).toMatchObject({
      versionNumber: 1,
      filesize: message.length,
      sha256: createHash('sha256').update(message).digest('hex'),
    });
    expect(await versionsOf(name)).toEqual([done.json.data.version]);
    const version = `${collections}/${name}/version/1`;
    expect((await server.call('GET', version)).bytes.equals(message)).toBe(true);
    const slice = await server.call('GET', version, { headers: { range: 'bytes=99990-200010' } });
    expect(slice.bytes.equals(message.subarray(99_990, 200_011))).toBe(true);
    expect((await server.call('GET', `${version}/manifest`)).bytes.equals(manifest)).toBe(true);
  });

  it('tells the number that it gets, and gets no other one than asked for', async () => {
    const name = collection('numbered');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const length = { 'upload-length': `${message.length}` };
    const location = await begin(name, length);
    expect((await head(location)).headers.get('backup-next-version')).toBe('1');
    expect((await server.call('POST', `${collections}/${name}/version`, { body: message })).status).toBe(409);
    expect((await patch(location, 0, message, { 'backup-version': '2' })).json.error).toContain(
      'would become version 1, not 2',
    );
    expect(await versionsOf(name)).toEqual([]);
    expect((await patch(location, message.length, Buffer.of(), { 'backup-version': 'x' })).status).toBe(400);
    const done = await patch(location, message.length, Buffer.of(), { 'backup-version': '1' });
    expect([done.status, done.headers.get('backup-version')]).toEqual([200, '1']);
    const next = await begin(name, length);
    expect((await head(next)).headers.get('backup-next-version')).toBe('2');
  });

  it('gives the same answer when the last request is repeated, and refuses other bytes', async () => {
    const name = collection('repeated');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const location = await begin(name, { 'upload-length': `${message.length}` });
    const done = await patch(location, 0, message);
    expect(done.status).toBe(200);
    const again = await finish(location, message.length);
    expect([again.status, again.json.data.version.id]).toEqual([200, done.json.data.version.id]);
    expect((await head(location)).headers.get('backup-version')).toBe('1');
    expect((await patch(location, message.length, Buffer.from('more'))).status).toBe(409);
    expect((await patch(location, 0, message)).status).toBe(409);
    expect((await server.call('PUT', `${location}/manifest`, { body: 'x' })).status).toBe(409);
    expect((await server.call('DELETE', location, { headers: tus })).status).toBe(409);
    expect(await versionsOf(name)).toHaveLength(1);
  });

  it('completes once when two requests ask for it together', async () => {
    const name = collection('twice');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const location = await begin(name);
    await patch(location, 0, message);
    const answers = await Promise.all([1, 2, 3].map(() => finish(location, message.length)));
    expect(answers.map((answer) => answer.status).toSorted()[0]).toBe(200);
    expect(await versionsOf(name)).toHaveLength(1);
  });

  it('goes on after a restart of the server, from what is stored', async () => {
    const name = collection('restarted');
    const message = openPgpMessage({ bodyBytes: 200_000 });
    const location = await begin(name);
    await patch(location, 0, message.subarray(0, 70_000));
    await patch(location, 70_000, message.subarray(70_000, 150_000));
    await server.restart();
    expect((await head(location)).headers.get('upload-offset')).toBe('150000');
    await patch(location, 150_000, message.subarray(150_000));
    const done = await finish(location, message.length);
    expect(done.json.data.version.sha256).toBe(createHash('sha256').update(message).digest('hex'));
  });

  it.each([
    ['shorter', async (part: string) => truncate(part, 10)],
    ['zeros', async (part: string) => writeFile(part, Buffer.alloc((await stat(part)).size))],
    ['gone', rm],
  ])('is given up when a power cut left a part %s, and the next one works', async (damage, cut) => {
    const name = collection(`power-cut-${damage}`);
    const message = openPgpMessage({ bodyBytes: 3000 });
    const location = await begin(name);
    await patch(location, 0, message.subarray(0, 2000));
    const [part = ''] = await storedFiles(name);
    await cut(join(server.folder, 'storage/objects', name, part));
    await server.restart();
    expect((await patch(location, 2000, message.subarray(2000))).status).toBeGreaterThanOrEqual(400);
    expect(await versionsOf(name)).toEqual([]);
    expect((await head(location)).status).toBe(404);
    const again = await begin(name);
    await patch(again, 0, message);
    expect((await finish(again, message.length)).status).toBe(200);
  });

  it('keeps what arrived before the connection broke', async () => {
    const name = collection('broken', { maxOneVersionSize: '10M' });
    const message = openPgpMessage({ bodyBytes: 4_000_000 });
    const location = await begin(name);
    const token = await server.login('admin');
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const headers = [
      `PATCH ${location} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${token}`,
      'Tus-Resumable: 1.0.0',
      'Upload-Offset: 0',
      'Content-Type: application/offset+octet-stream',
      `Content-Length: ${message.length}`,
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n`);
    socket.write(message.subarray(0, 3_000_000));
    const incoming = join(server.folder, 'storage/incoming');
    await vi.waitFor(async () => {
      const [file = ''] = await readdir(incoming);
      expect((await stat(join(incoming, file))).size).toBeGreaterThan(500_000);
    });
    socket.destroy();
    const offset = await vi.waitFor(async () => {
      const arrived = Number((await head(location)).headers.get('upload-offset'));
      expect(arrived).toBeGreaterThan(500_000);
      return arrived;
    });
    expect(offset).toBeLessThanOrEqual(3_000_000);
    expect((await patch(location, offset, message.subarray(offset))).status).toBe(204);
    expect((await finish(location, message.length)).status).toBe(200);
    expect((await server.call('GET', `${collections}/${name}/version/1`)).bytes.equals(message)).toBe(true);
  });

  it('drops bytes whose checksum is wrong, and takes them when it is right', async () => {
    const name = collection('checksum');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const location = await begin(name);
    const sum = (algorithm: string, bytes: Buffer) => ({
      'upload-checksum': `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`,
    });
    const wrong = await patch(location, 0, message, sum('sha256', Buffer.from('other')));
    expect(wrong.status).toBe(460);
    expect((await head(location)).headers.get('upload-offset')).toBe('0');
    expect(await storedFiles(name)).toEqual([]);
    expect((await patch(location, 0, message, { 'upload-checksum': 'md4 AAAA' })).status).toBe(400);
    expect(
      (await patch(location, 0, message.subarray(0, 500), sum('sha256', message.subarray(0, 500)))).status,
    ).toBe(204);
    expect(
      (await patch(location, 500, message.subarray(500), sum('sha1', message.subarray(500)))).status,
    ).toBe(204);
    expect((await finish(location, message.length)).status).toBe(200);
  });

  it.each([
    ['a negative offset', (at: string, bytes: Buffer) => patch(at, -1, bytes), 400],
    ['an offset that is no number', (at: string, bytes: Buffer) => patch(at, '1e3', bytes), 400],
    ['a far offset', (at: string, bytes: Buffer) => patch(at, 2 ** 52, bytes), 409],
    [
      'an offset too large for a number',
      (at: string, bytes: Buffer) => patch(at, '99999999999999999', bytes),
      400,
    ],
    ['a wrong offset', (at: string, bytes: Buffer) => patch(at, 1, bytes), 409],
    [
      'no version of the protocol',
      (at: string, bytes: Buffer) => patch(at, 0, bytes, { 'tus-resumable': '0.2.2' }),
      412,
    ],
    [
      'another content type',
      (at: string, bytes: Buffer) => patch(at, 0, bytes, { 'content-type': 'text/plain' }),
      415,
    ],
    [
      'a length that changes',
      (at: string, bytes: Buffer) => patch(at, 0, bytes, { 'upload-length': '5' }),
      409,
    ],
    ['more than the length', (at: string) => patch(at, 0, openPgpMessage({ bodyBytes: 9000 })), 400],
  ])('refuses %s, and goes on with the right request', async (_, request, status) => {
    const name = collection('bad-request');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const location = await begin(name, { 'upload-length': `${message.length}` });
    expect((await request(location, message)).status).toBe(status);
    expect((await head(location)).headers.get('upload-offset')).toBe('0');
    expect((await patch(location, 0, message)).status).toBe(200);
  });

  it.each([
    [{}, 400],
    [{ 'upload-length': '5', 'upload-defer-length': '1' }, 400],
    [{ 'upload-defer-length': '2' }, 400],
    [{ 'upload-length': '-1' }, 400],
    [{ 'upload-length': `${2 ** 40}` }, 413],
    [{ 'upload-length': '5', 'upload-metadata': `x ${'A'.repeat(5000)}` }, 400],
    [{ 'upload-length': '5', 'tus-resumable': '2.0.0' }, 412],
  ])('refuses to begin with %j', async (headers, status) => {
    const name = collection('bad-creation');
    expect((await create(name, headers as Record<string, string>)).status).toBe(status);
    expect((await server.upload(openPgpMessage({ bodyBytes: 100 }), name)).status).toBe(200);
  });

  const upload = 'cannot upload version. cannot upload file, cannot copy stream, error:';
  it.each<[string, (location: string) => Promise<Answer>, number, string]>([
    [
      'plain text',
      (location) => patch(location, 0, Buffer.from('hello '.repeat(100))),
      422,
      `${upload} first chunk of uploaded data does not contain a valid GPG header`,
    ],
    [
      'a message that is cut off',
      async (location) => {
        const cut = openPgpMessage({ bodyBytes: 1000 }).subarray(0, -1);
        await patch(location, 0, cut);
        return finish(location, cut.length);
      },
      422,
      `${upload} end of stream does not contain a valid GPG footer, suspecting a data corruption`,
    ],
    ['nothing', (location) => finish(location, 0), 422, `${upload} sent empty data`],
    [
      'more than the quota',
      async (location) => {
        const large = openPgpMessage({ bodyBytes: 3000 });
        await patch(location, 0, large.subarray(0, 1500));
        return patch(location, 1500, large.subarray(1500));
      },
      413,
      expect.stringContaining(
        `${upload} filesize reached allowed limit. Uploaded 3026 bytes, allowed to upload only 2000 bytes. The version is too large (soft limit maxOneVersionSize)`,
      ),
    ],
  ])('ends for good with %s, and leaves nothing', async (_, request, status, error) => {
    const limits = { maxBackupsCount: 1, maxOneVersionSize: '2000B', maxCollectionSize: '2000B' };
    const name = collection('ended', limits);
    const location = await begin(name);
    const answer = await request(location);
    expect([answer.status, answer.json.error]).toEqual([status, error]);
    expect((await head(location)).status).toBe(404);
    expect(await storedFiles(name)).toEqual([]);
    expect((await server.upload(openPgpMessage({ bodyBytes: 100 }), name)).status).toBe(200);
    await server.call('DELETE', `${collections}/${name}/version/latest`);
  });

  it('keeps the collection for itself until it is given up', async () => {
    const name = collection('exclusive');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const location = await begin(name);
    await patch(location, 0, message.subarray(0, 500));
    expect((await server.upload(message, name)).json.error).toBe(
      'cannot upload to same collection in parallel',
    );
    expect((await create(name)).status).toBe(409);
    expect((await server.call('DELETE', location, { headers: tus })).status).toBe(204);
    expect(await storedFiles(name)).toEqual([]);
    expect((await head(location)).status).toBe(404);
    expect((await server.upload(message, name)).status).toBe(200);
  });

  it('is nobody else’s, and ends when it expires', async () => {
    const name = collection('own', { accessControl: [{ userName: 'uploader', roles: ['backupUploader'] }] });
    const other = collection('elsewhere');
    const location = await begin(name);
    const token = await server.login('uploader');
    const asUploader = await server.call('HEAD', location, { headers: tus, token });
    expect(asUploader.status).toBe(404);
    expect((await head(location.replace(name, other))).status).toBe(404);
    for (const id of ['%2e%2e%2f', 'x', '__proto__']) {
      expect((await head(`${collections}/${name}/upload/${id}`)).status).toBe(404);
    }
    server.advance(31_000);
    expect((await head(location)).status).toBe(404);
    expect((await patch(location, 0, openPgpMessage({ bodyBytes: 100 }))).status).toBe(404);
  });

  it('refuses a manifest that is larger than 1 MiB', async () => {
    const location = await begin(collection('manifest'));
    const put = (bytes: number) =>
      server.call('PUT', `${location}/manifest`, { body: new Uint8Array(bytes) });
    expect((await put(2 ** 20 + 1)).status).toBe(413);
    expect((await put(2 ** 20)).status).toBe(204);
  });
});
