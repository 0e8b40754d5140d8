import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { pipedUpload } from './piping-client.ts';
import { rawRequest } from './raw-http.ts';
import { collectionDocument } from './sample-documents.ts';
import { password, startTestServer, type TestServer } from './server-fixture.ts';

/** What clients and scripts of the original server rely on: paths, keys and texts. */
describe('an existing client', () => {
  let server: TestServer;
  let token: string;
  const message = openPgpMessage({ bodyBytes: 2000 });
  const alpha = (name: string, rest = '') => `/api/alpha/repository/collection/${name}${rest}`;

  beforeAll(async () => {
    server = await startTestServer({ uploadSettleMs: 50 });
    token = await server.login('admin');
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  const collection = (name: string, spec: object = {}) => {
    server.documents.put('collection', name, collectionDocument(name, spec));
    return name;
  };
  const send = (name: string, body: Buffer, headers: readonly string[] = []) =>
    rawRequest(server.url, pipedUpload({ collection: name, token, body, headers }), 50);
  const bodyOf = (text: string) => JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));

  let types = 0;
  it.each([
    ['none', []],
    ['application/octet-stream', ['Content-Type: application/octet-stream']],
    ['application/pgp-encrypted', ['Content-Type: application/pgp-encrypted']],
    ['JSON, which it is not', ['Content-Type: application/json']],
    ['a word', ['Content-Type: binary']],
    ['an empty one', ['Content-Type:']],
    ['one with a bad parameter', ['Content-Type: a/b; c']],
  ])('uploads with a content type that is %s, and downloads what it sent', async (_, headers) => {
    types += 1;
    const name = collection(`type-${types}`);
    const { status, text } = await send(name, message, headers);
    expect(status).toBe(200);
    expect(bodyOf(text)).toMatchObject({ status: true, data: { version: { versionNumber: 1 } } });
    for (const selector of ['latest', '1', 'v1']) {
      const { bytes } = await server.call('GET', alpha(name, `/version/${selector}`));
      expect(bytes.equals(message)).toBe(true);
    }
  });

  const upload = 'cannot upload version. cannot upload file, cannot copy stream, error:';
  it.each([
    [
      'plain text',
      {},
      Buffer.from('x'.repeat(2000)),
      `${upload} first chunk of uploaded data does not contain a valid GPG header`,
    ],
    ['nothing', {}, Buffer.alloc(0), `${upload} sent empty data`],
    [
      'too much',
      { maxBackupsCount: 1, maxOneVersionSize: '1K', maxCollectionSize: '1K' },
      message,
      `${upload} filesize reached allowed limit. Uploaded `,
    ],
  ])('finds why %s was refused in `error`', async (what, spec, body, error) => {
    const { status, text } = await send(collection(`refused-${what.replaceAll(' ', '-')}`, spec), body);
    expect(status).not.toBe(200);
    expect(bodyOf(text)).toMatchObject({ status: false, error: expect.stringContaining(error), data: {} });
  });

  it('is refused a second upload at the same time in the words that it knows', async () => {
    const name = collection('busy');
    const [one, two] = await Promise.all([send(name, message), send(name, message)]);
    const [stored, refused] = one?.status === 200 ? [one, two] : [two, one];
    expect(stored.status).toBe(200);
    expect(bodyOf(refused.text)).toMatchObject({ error: 'cannot upload to same collection in parallel' });
  });

  it.each([
    [
      'GET',
      '/api/alpha/repository/collection/unknown/version/latest',
      404,
      'cannot find specified collection',
    ],
    ['GET', '/api/alpha/repository/collection/iwa/version/99', 404, 'cannot find specified version'],
    ['GET', '/api/stable/repository/collection/unknown/health', 404, 'cannot find specified collection'],
    ['GET', '/api/stable/repository/collection/iwa/health?code=wrong', 403, 'health code invalid'],
    ['GET', '/ready?code=wrong', 403, 'health code invalid'],
  ])('is told by %s %s: %i %s', async (method, path, status, error) => {
    const answer = await server.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ status: false, error: expect.stringContaining(error) });
  });

  it('logs in, renews and revokes a token, and reads the keys that it knows', async () => {
    const auth = '/api/stable/auth';
    const body = { username: 'admin', password };
    const login = await server.call('POST', `${auth}/login`, { token: null, body });
    expect(login.json).toMatchObject({
      status: true,
      data: { token: expect.any(String), expire: expect.any(String) },
    });
    const renewed = await server.call('GET', `${auth}/refresh_token`, { token: login.json.data.token });
    expect(renewed.json).toMatchObject({ code: 200, token: expect.any(String), expire: expect.any(String) });
    const given = renewed.json.token;
    expect((await server.call('DELETE', `${auth}/logout`, { token: given })).json.data.message).toBe(
      'JWT was revoked',
    );
    const revoked = await server.call('GET', alpha('iwa', '/version/latest'), { token: given });
    expect([revoked.status, revoked.json.code]).toEqual([401, 401]);
    expect(revoked.json.message).toEqual(expect.any(String));
  });
});
