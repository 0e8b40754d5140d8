import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage, testKeyId } from './message.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const versions = (collection: string) => `/api/stable/repository/collection/${collection}/version`;

describe('versions over HTTP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  /** A collection of its own for a test. */
  function collection(name: string, spec: object = {}): string {
    server.documents.put('collection', name, collectionDocument(name, spec));
    return name;
  }

  async function storedFiles(name: string): Promise<readonly string[]> {
    const folder = join(server.folder, 'storage/objects', name);
    const incoming = await readdir(join(server.folder, 'storage/incoming'));
    return [...(await readdir(folder).catch(() => [])), ...incoming];
  }

  it('stores what was uploaded, lists it and gives it back', async () => {
    const name = collection('round-trip');
    const message = openPgpMessage({ bodyBytes: 300_000 });
    const digest = createHash('sha256').update(message);
    const uploaded = await server.upload(message, name);
    expect(uploaded.status).toBe(200);
    const { version } = uploaded.json.data;
    expect(version).toMatchObject({
      collectionId: name,
      versionNumber: 1,
      filename: 'iwa-ait-1.tar.gz',
      filesize: message.length,
      user: 'admin',
      sha256: digest.copy().digest('hex'),
      recipients: [testKeyId],
      DeletedAt: null,
    });
    const listed = await server.call('GET', versions(name));
    expect(listed.json).toEqual({ status: true, data: { versions: [version] } });
    for (const selector of ['1', 'v1', 'latest', version.id]) {
      const answer = await server.call('GET', `${versions(name)}/${selector}`);
      expect(answer.status).toBe(200);
      expect(answer.bytes.equals(message)).toBe(true);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="iwa-ait-1.tar.gz"',
        'content-length': `${message.length}`,
        etag: `"${version.sha256}"`,
        'repr-digest': `sha-256=:${digest.copy().digest('base64')}:`,
        'accept-ranges': 'bytes',
      });
    }
  });

  it('answers under the older address too', async () => {
    const name = collection('alpha');
    const path = versions(name).replace('stable', 'alpha');
    const message = openPgpMessage({ bodyBytes: 100 });
    const uploaded = await server.call('POST', path, { body: new Uint8Array(message) });
    expect(uploaded.status).toBe(200);
    expect((await server.call('GET', `${path}/latest`)).bytes.equals(message)).toBe(true);
  });

  it('takes the field "file" of a multipart form', async () => {
    const name = collection('multipart');
    const message = openPgpMessage({ bodyBytes: 200_000 });
    const form = new FormData();
    form.append('comment', 'before');
    form.append('file', new Blob([new Uint8Array(message)]), '../../evil.gpg');
    form.append('comment', 'after');
    const answer = await server.call('POST', versions(name), { body: form });
    expect(answer.status).toBe(200);
    expect((await server.call('GET', `${versions(name)}/1`)).bytes.equals(message)).toBe(true);
  });

  it.each([['without the field', (form: FormData) => form.append('other', 'x'), 'the form has no field']])(
    'refuses a form %s',
    async (_, fill, message) => {
      const name = collection('bad-form');
      const form = new FormData();
      fill(form);
      const answer = await server.call('POST', versions(name), { body: form });
      expect([answer.status, answer.json.error]).toEqual([400, expect.stringContaining(message)]);
    },
  );

  it('refuses a multipart form that is cut off, whatever of it arrived', async () => {
    const name = collection('cut-form');
    const message = openPgpMessage({ bodyBytes: 1000 });
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), message, Buffer.from('\r\n--b')]);
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const answer = await server.upload(body, name, headers);
    expect([answer.status, answer.json.error]).toEqual([400, 'the form is malformed, or was cut off']);
    expect(await storedFiles(name)).toEqual([]);
    const whole = Buffer.concat([body, Buffer.from('--\r\n')]);
    expect((await server.upload(whole, name, headers)).status).toBe(200);
  });

  it.each([
    ['as curl --data-binary sends it', (message: Buffer) => message],
    [
      'as the field of a form',
      (message: Buffer) =>
        Buffer.from(`file=${[...message].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('')}`),
    ],
  ])('takes an urlencoded body %s', async (_, encode) => {
    const name = collection('urlencoded');
    const message = openPgpMessage({ bodyBytes: 70_000 });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await server.upload(encode(message), name, headers)).status).toBe(200);
    expect((await server.call('GET', `${versions(name)}/latest`)).bytes.equals(message)).toBe(true);
  });

  const upload = 'cannot upload version. cannot upload file, cannot copy stream, error:';
  const message = openPgpMessage({ bodyBytes: 1000 });
  it.each([
    ['nothing', Buffer.alloc(0), 422, `${upload} sent empty data`],
    [
      'plain text',
      Buffer.from('hello'.repeat(1000)),
      422,
      `${upload} first chunk of uploaded data does not contain a valid GPG header`,
    ],
    [
      'a message that is cut off',
      message.subarray(0, -1),
      422,
      `${upload} end of stream does not contain a valid GPG footer, suspecting a data corruption`,
    ],
    [
      'a message with something after it',
      Buffer.concat([message, Buffer.from('tail')]),
      422,
      `${upload} end of stream does not contain a valid GPG footer, suspecting a data corruption`,
    ],
  ])('refuses %s, and keeps nothing of it', async (_, body, status, error) => {
    const name = collection('refused');
    const answer = await server.upload(body, name);
    expect([answer.status, answer.json.error, answer.json.status]).toEqual([status, error, false]);
    expect((await server.call('GET', versions(name))).json.data.versions).toEqual([]);
    expect(await storedFiles(name)).toEqual([]);
    expect((await server.upload(message, collection('refused-next'))).status).toBe(200);
  });

  it('takes exactly what the quota leaves, and not a byte more', async () => {
    const limits = { maxBackupsCount: 1, maxOneVersionSize: '2000B', maxCollectionSize: '2000B' };
    const name = collection('quota', limits);
    const overhead = openPgpMessage({ bodyBytes: 0 }).length;
    const fits = openPgpMessage({ bodyBytes: 2000 - overhead });
    const over = openPgpMessage({ bodyBytes: 2001 - overhead });
    const refused = await server.upload(over, name);
    expect([refused.status, refused.json.error]).toEqual([
      413,
      `${upload} filesize reached allowed limit. Uploaded 2001 bytes, allowed to upload only 2000 bytes. The version is too large (soft limit maxOneVersionSize): 2.0 KiB (2000 bytes) allowed, at least 2.0 KiB (2001 bytes) requested, and the collection has no extra space left for versions over that limit, which is what maxCollectionSize has beyond maxBackupsCount times maxOneVersionSize. Raise spec.maxOneVersionSize or spec.maxCollectionSize, or delete versions over the soft limit`,
    ]);
    expect((await server.upload(fits, name)).status).toBe(200);
    // Its predecessor rotates out, so the next one has the same room.
    expect((await server.upload(fits, name)).status).toBe(200);
    expect(await storedFiles(name)).toHaveLength(1);
  });

  it('refuses a message that is encrypted to none of the allowed keys', async () => {
    const name = collection('keys', { encryption: { allowedKeyIds: ['0xFEDCBA9876543210'] } });
    const wrong = await server.upload(openPgpMessage({ bodyBytes: 100 }), name);
    expect([wrong.status, wrong.json.error]).toEqual([
      422,
      expect.stringContaining(`encrypted to ${testKeyId}`),
    ]);
    const right = await server.upload(openPgpMessage({ bodyBytes: 100, keyId: 'FEDCBA9876543210' }), name);
    expect(right.status).toBe(200);
  });

  it('rotates the oldest out, with its bytes, and never gives its number again', async () => {
    const name = collection('rotation', { maxBackupsCount: 2 });
    for (let count = 0; count < 4; count += 1) {
      expect((await server.upload(message, name)).status).toBe(200);
    }
    const listed = await server.call('GET', versions(name));
    expect(listed.json.data.versions.map((one: { versionNumber: number }) => one.versionNumber)).toEqual([
      3, 4,
    ]);
    expect(await storedFiles(name)).toHaveLength(2);
    expect((await server.call('GET', `${versions(name)}/1`)).json.error).toBe(
      'cannot find specified version',
    );
  });

  it('refuses an upload when the count and the retention lock collide, and a deletion under the lock', async () => {
    const name = collection('locked', { maxBackupsCount: 1, retentionLock: '1h' });
    expect((await server.upload(message, name)).status).toBe(200);
    const refused = await server.upload(message, name);
    expect([refused.status, refused.json.reason]).toEqual([409, 'retention-locked']);
    const kept = await server.call('DELETE', `${versions(name)}/1`);
    expect([kept.status, kept.json.reason]).toEqual([409, 'retention-locked']);
    server.advance(3_600_001);
    expect((await server.upload(message, name)).status).toBe(200);
    server.advance(3_600_001);
    expect((await server.call('DELETE', `${versions(name)}/2`)).status).toBe(200);
    expect(await storedFiles(name)).toEqual([]);
  });

  it('refuses an upload while no window is open, except to who may at any time', async () => {
    const name = collection('window', {
      windows: [{ from: '0 0 30 2 *', duration: '1m' }],
      accessControl: [{ userName: 'uploader', roles: ['backupUploader'] }],
    });
    const token = await server.login('uploader');
    const refused = await server.call('POST', versions(name), { token, body: new Uint8Array(message) });
    expect([refused.status, refused.json.error]).toEqual([
      403,
      "backup window does not allow you to send a backup at this time. You need a token that has a special permission 'uploadsAnytime'",
    ]);
    expect((await server.upload(message, name)).status).toBe(200);
  });

  it('answers a retry with the same Idempotency-Key alike, and refuses other bytes under it', async () => {
    const name = collection('idempotent', { maxBackupsCount: 1 });
    const key = { 'idempotency-key': 'nightly-2026-03-10' };
    const first = await server.upload(message, name, key);
    const again = await server.upload(message, name, key);
    expect([again.status, again.json.data.version.id]).toEqual([200, first.json.data.version.id]);
    expect((await server.call('GET', versions(name))).json.data.versions).toHaveLength(1);
    const other = await server.upload(openPgpMessage({ bodyBytes: 999 }), name, key);
    expect([other.status, other.json.reason]).toEqual([409, 'conflict']);
    expect((await server.upload(message, name)).json.data.version.versionNumber).toBe(2);
    expect((await server.upload(message, name, key)).status).toBe(409);
    expect((await server.upload(message, name, { 'idempotency-key': 'x'.repeat(256) })).status).toBe(400);
  });

  it('lets one upload write to a collection at a time', async () => {
    const name = collection('parallel');
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new Uint8Array(message.subarray(0, 100)));
        arrived.resolve();
        await gate.promise;
        controller.enqueue(new Uint8Array(message.subarray(100)));
        controller.close();
      },
    });
    const first = server.call('POST', versions(name), { body });
    await arrived.promise;
    let second = await server.upload(message, name);
    // The first one may not have got as far as its lease yet.
    const deadline = Date.now() + 5000;
    while (second.status === 200 && Date.now() < deadline) {
      second = await server.upload(message, name);
    }
    expect([second.status, second.json.error]).toEqual([409, 'cannot upload to same collection in parallel']);
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await server.upload(message, name)).status).toBe(200);
  });

  it.each([
    [{ range: 'bytes=0-9' }, 206, [0, 10]],
    [{ range: 'bytes=-5' }, 206, [-5, undefined]],
    [{ range: 'bytes=5000-' }, 416, undefined],
    [{ range: 'bytes=5-4' }, 200, [0, undefined]],
    [{ range: 'bytes=-0' }, 416, undefined],
    [{ range: `bytes=${'1-1,'.repeat(7000)}2-2` }, 200, [0, undefined]],
    [{ range: 'bytes=0-1,3-4' }, 200, [0, undefined]],
    [{ range: 'bytes=0-9', 'if-range': '"other"' }, 200, [0, undefined]],
    [{ 'if-none-match': '*' }, 304, undefined],
    [{ 'if-none-match': '"other"' }, 200, [0, undefined]],
  ])('answers a download with %j', async (headers, status, slice) => {
    const name = collection('ranges', { maxBackupsCount: 1 });
    await server.upload(message, name);
    const answer = await server.call('GET', `${versions(name)}/latest`, { headers });
    expect(answer.status).toBe(status);
    const expected = slice ? message.subarray(slice[0], slice[1]) : Buffer.alloc(0);
    expect(answer.bytes.equals(expected)).toBe(true);
  });
});
