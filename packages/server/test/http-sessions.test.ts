import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { collectionDocument, userDocument } from './sample-documents.ts';
import { password, startTestServer, type TestServer } from './server-fixture.ts';

const auth = '/api/stable/auth';
const dayMs = 86_400_000;
const key = Buffer.from('0123456789abcdef0123456789abcdef');

describe('sessions over HTTP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  const whoami = (token: string | null, headers: Record<string, string> = {}) =>
    server.call('GET', `${auth}/whoami`, { token, headers });

  function withSpec(name: string, spec: object): void {
    const admin = server.documents;
    admin.put('user', name, userDocument(name, spec));
  }

  async function storedPassword(): Promise<string> {
    const admin = (await server.documents.find('user', 'admin')) as { spec: { password: string } };
    return admin.spec.password;
  }

  it('gives a token whose session is its hash', async () => {
    const body = { username: 'admin', password };
    const { status, json } = await server.call('POST', `${auth}/login`, { token: null, body });
    expect(status).toBe(200);
    const { token, sessionId, expire, msg } = json.data;
    expect(sessionId).toBe(createHash('sha256').update(token).digest('hex'));
    expect(Date.parse(expire)).toBeGreaterThan(Date.now());
    expect(msg).toEqual(expect.any(String));
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ login: 'admin', accessKeyName: '', operationsScope: null });
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(['exp', 'orig_iat', 'jti']));
    expect((await whoami(token)).json.data).toMatchObject({
      email: 'admin@example.org',
      permissions: ['systemAdmin'],
      sessionId,
      grantedAccess: { id: sessionId, user: 'admin', requesterIP: '127.0.0.1', deactivated: false },
    });
  });

  it('takes a form, and the token from a query or a cookie', async () => {
    const form = new URLSearchParams({ username: 'admin', password });
    const answer = await server.call('POST', `${auth}/login`, { token: null, body: form });
    expect(answer.status).toBe(200);
    const { token } = answer.json.data;
    expect((await server.call('GET', `${auth}/whoami?token=${token}`, { token: null })).status).toBe(200);
    expect((await whoami(null, { cookie: `a=b; jwt=${token}` })).status).toBe(200);
    expect(server.logLines.join()).not.toContain(token);
    expect(server.logLines.join()).not.toContain(password);
  });

  it.each([
    ['a wrong password', 'admin', 'wrong'],
    ['an unknown user', 'unknown', password],
    ['a user without a password', 'passwordless', password],
    ['an unknown access key', 'admin$unknown', password],
    ['a deactivated user', 'deactivated', password],
    ['another address', 'elsewhere', password],
    ['a name that is a path', '../admin', password],
    ['a name with a folder', 'admin/config', password],
    ['a name in other letters', 'ADMIN', password],
    ['two access keys', 'admin$a$b', password],
    ['a huge password', 'admin', 'x'.repeat(4096)],
  ])('refuses %s, always in the same words', async (_, username, given) => {
    withSpec('passwordless', {});
    withSpec('deactivated', { password: await storedPassword(), deactivated: true });
    withSpec('elsewhere', { password: await storedPassword(), restrictByIP: ['10.0.0.0/8', '192.0.2.1'] });
    const body = { username, password: given };
    const answer = await server.call('POST', `${auth}/login`, { token: null, body });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      status: false,
      code: 401,
      message: 'incorrect Username or Password',
      data: {},
    });
  });

  it.each([
    ['deactivated', { deactivated: true }, 'user-deactivated'],
    ['elsewhere', { restrictByIP: ['10.0.0.0/8'] }, 'address-not-allowed'],
    ['nowhere', { restrictByIP: ['my office'] }, 'address-not-allowed'],
  ])('tells log and audit log why, when the password is right: %s', async (name, spec, reason) => {
    withSpec(name, { password: await storedPassword(), ...spec });
    server.logLines.splice(0);
    const body = { username: name, password };
    const answer = await server.call('POST', `${auth}/login`, { token: null, body });
    expect([answer.status, answer.json.message]).toEqual([401, 'incorrect Username or Password']);
    expect(answer.bytes.toString()).not.toContain(reason);
    expect(server.logLines.join()).toContain(`"refused":"${reason}","user":"${name}"`);
    const { audit } = (await server.call('GET', '/api/stable/audit')).json.data;
    const record = audit.find(({ actor }: { actor: string }) => actor === name);
    expect(record).toMatchObject({ action: 'login', result: reason });
  });

  it('refuses to renew a token from an address that is not allowed any more', async () => {
    withSpec('moved', { password: await storedPassword() });
    const token = await server.login('moved');
    withSpec('moved', { password: await storedPassword(), restrictByIP: ['10.0.0.0/8'] });
    expect((await server.call('GET', `${auth}/refresh_token`, { token })).status).toBe(401);
  });

  it.each([[[]], [['']], [['127.0.0.0/8', 'my office']]])(
    'lets in with restrictByIP %j',
    async (restrictByIP) => {
      withSpec('listed', { password: await storedPassword(), restrictByIP });
      expect((await whoami(await server.login('listed'))).status).toBe(200);
    },
  );

  it('lets in from an allowed address', async () => {
    withSpec('here', { password: await storedPassword(), restrictByIP: ['127.0.0.0/8', '::1'] });
    expect((await whoami(await server.login('here'))).status).toBe(200);
  });

  it('does not tell an unknown user by the time that it takes', async () => {
    const time = async (username: string) => {
      const from = performance.now();
      await server.call('POST', `${auth}/login`, { token: null, body: { username, password: 'wrong' } });
      return performance.now() - from;
    };
    const best = async (username: string) =>
      Math.min(await time(username), await time(username), await time(username));
    const [known, unknown] = [await best('admin'), await best('unknown')];
    expect(unknown).toBeGreaterThan(known / 3);
    expect(unknown).toBeLessThan(known * 3);
  });

  it.each([
    ['no body', undefined],
    ['no password', { username: 'admin' }],
    ['a number for a name', { username: 1, password }],
    ['a 1 MiB password', { username: 'admin', password: 'x'.repeat(2 ** 20) }],
    ['a bad duration', { username: 'admin', password, expiresIn: 'soon' }],
    [
      'a scope of another type',
      { username: 'admin', password, operationsScope: { elements: [{ type: 'x' }] } },
    ],
  ])('refuses a login with %s as malformed', async (_, body) => {
    const answer = await server.call('POST', `${auth}/login`, { token: null, ...(body ? { body } : {}) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.json).toMatchObject({ status: false, data: {} });
    expect(answer.bytes.toString()).not.toMatch(/node_modules|\.ts:|at /);
  });

  it('never gives a token for longer than the server allows', async () => {
    const token = await server.login('admin', { expiresIn: '10000d' });
    const { grantedAccess } = (await whoami(token)).json.data;
    expect(Date.parse(grantedAccess.expiresAt)).toBeLessThanOrEqual(Date.now() + 366 * dayMs);
  });

  const hourMs = 3_600_000;
  it.each([
    ['a password of a user', 'admin', {}, 6 * hourMs],
    ['a password of a user that asks for longer', 'admin', { expiresIn: '30d' }, 30 * dayMs],
    ['an access key', 'machine$ci', {}, 365 * dayMs],
    ['an access key that asks for less', 'machine$ci', { expiresIn: '1h' }, hourMs],
  ])('gives a token for %s the time that fits', async (_, username, more, durationMs) => {
    const objects = [{ name: 'iwa', type: 'collection', roles: ['backupUploader'] }];
    withSpec('machine', { accessKeys: [{ name: 'ci', password: await storedPassword(), objects }] });
    const body = { username, password, ...more };
    const { data } = (await server.call('POST', `${auth}/login`, { token: null, body })).json;
    expect(Math.abs(Date.parse(data.expire) - Date.now() - durationMs)).toBeLessThan(60_000);
  });

  it.each([{}, { username: 'admin' }, { password }, { username: '', password: '' }])(
    'answers a login without both name and password as not authenticated: %j',
    async (body) => {
      const answer = await server.call('POST', `${auth}/login`, { token: null, body });
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual({
        status: false,
        code: 401,
        message: 'missing Username or Password',
        data: {},
      });
    },
  );

  it('refuses a token when it has expired', async () => {
    const token = await server.login('nobody', { expiresIn: '1h' });
    expect((await whoami(token)).status).toBe(200);
    server.advance(3_600_001);
    expect((await whoami(token)).status).toBe(401);
  });

  it('refuses a token at once when it, its user or its access key is gone', async () => {
    const password = await storedPassword();
    const objects = [{ name: 'iwa', type: 'collection', roles: ['backupUploader'] }];
    const accessKeys = [{ name: 'ci', password, objects }];
    withSpec('leaving', { password, accessKeys });
    const [own, keyed, revoked] = [
      await server.login('leaving'),
      await server.login('leaving$ci'),
      await server.login('leaving'),
    ];
    const answer = await server.call('DELETE', `${auth}/logout`, { token: revoked });
    expect(answer.json.data).toMatchObject({ message: 'JWT was revoked' });
    expect((await whoami(revoked)).status).toBe(401);
    withSpec('leaving', { password });
    expect((await whoami(keyed)).status).toBe(401);
    expect((await whoami(own)).status).toBe(200);
    withSpec('leaving', { password, deactivated: true });
    expect((await whoami(own)).status).toBe(401);
    server.documents.remove('user', 'leaving');
    expect((await whoami(own)).status).toBe(401);
  });

  it('refreshes a token with its restrictions', async () => {
    const scope = { elements: [{ type: 'collection', name: 'iwa', roles: ['backupUploader'] }] };
    const token = await server.login('admin', { operationsScope: scope, expiresIn: '1h' });
    const { data, ...beside } = (await server.call('GET', `${auth}/refresh_token`, { token })).json;
    // Where older clients look.
    expect(beside).toEqual({ status: true, code: 200, token: data.token, expire: data.expire });
    expect(data.token).not.toBe(token);
    expect(Date.parse(data.expire)).toBeLessThan(Date.now() + dayMs);
    const path = '/api/stable/repository/collection/iwa/version';
    const upload = await server.call('POST', path, {
      token: data.token,
      body: new Uint8Array(openPgpMessage({ bodyBytes: 100 })),
    });
    expect(upload.status).toBe(200);
    const download = await server.call('GET', `${path}/latest`, { token: data.token });
    expect([download.status, download.json.error]).toEqual([
      403,
      'not authorized to download versions from this collection',
    ]);
  });

  it.each([
    [{}, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://evil.example' }, 403],
  ])('lets a cookie change something only from a page of its own: %j', async (headers, status) => {
    const token = await server.login('nobody');
    const answer = await server.call('DELETE', `${auth}/logout`, {
      token: null,
      headers: { cookie: `jwt=${token}`, ...headers } as Record<string, string>,
    });
    expect(answer.status).toBe(status);
  });

  it('narrows a session down to its access key', async () => {
    const password = await storedPassword();
    const objects = [{ name: 'other', type: 'collection', roles: ['backupUploader'] }];
    withSpec('keyed', { password, roles: ['systemAdmin'], accessKeys: [{ name: 'ci', password, objects }] });
    server.documents.put('collection', 'other', collectionDocument('other'));
    const token = await server.login('keyed$ci');
    const list = (name: string) =>
      server.call('GET', `/api/stable/repository/collection/${name}/version`, { token });
    expect((await list('other')).status).toBe(200);
    expect((await list('iwa')).json.error).toBe('not authorized to list versions');
    expect((await whoami(token)).json.data.permissions).toEqual(['backupUploader']);
    expect((await server.call('GET', `${auth}/user/admin`, { token })).status).toBe(403);
  });

  it('shows a profile to its owner and to user managers', async () => {
    withSpec('manager', { password: await storedPassword(), roles: ['usersManager'] });
    const [manager, nobody] = [await server.login('manager'), await server.login('nobody')];
    const profile = (name: string, token: string) => server.call('GET', `${auth}/user/${name}`, { token });
    expect((await profile('nobody', nobody)).json.data).toEqual({
      email: 'nobody@example.org',
      permissions: [],
    });
    expect((await profile('admin', manager)).json.data.permissions).toEqual(['systemAdmin']);
    const refused = await profile('admin', nobody);
    expect([refused.status, refused.json.error]).toEqual([403, 'no permissions to view that user account']);
    expect((await profile('unknown', manager)).status).toBe(404);
  });

  it('lets only an administrator list and revoke the sessions of others', async () => {
    const nobody = await server.login('nobody');
    const uploader = await server.login('uploader');
    const { sessionId } = (await whoami(uploader)).json.data;
    const refused = await server.call('DELETE', `${auth}/logout?sessionId=${sessionId}`, { token: nobody });
    expect([refused.status, refused.json.error]).toEqual([
      403,
      "you don't have permissions to revoke session of other user",
    ]);
    expect((await server.call('GET', `${auth}/token?userName=uploader`, { token: nobody })).status).toBe(403);
    const listed = await server.call('GET', `${auth}/token?userName=uploader`);
    expect(listed.json.data.grantedAccesses[0]).toMatchObject({ id: sessionId, user: 'uploader' });
    expect((await server.call('DELETE', `${auth}/logout?sessionId=${sessionId}`)).status).toBe(200);
    expect((await whoami(uploader)).status).toBe(401);
    const after = await server.call('GET', `${auth}/token?userName=uploader`);
    expect(after.json.data.grantedAccesses[0]).toMatchObject({ id: sessionId, deactivated: true });
  });

  const claims = { login: 'admin', accessKeyName: '', exp: 4_000_000_000 };
  const unsigned = (alg: string, more: object = {}) =>
    [{ alg, typ: 'JWT', ...more }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
  const signed = (header: object, payload: object = claims) =>
    new SignJWT({ ...payload }).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);

  it.each([
    ['no token', async () => null],
    ['no signature', async () => `${unsigned('none')}.`],
    ['NoNe', async () => `${unsigned('NoNe')}.`],
    ['a signature of nothing', async () => `${unsigned('HS256')}.`],
    ['RS256 with our key', async () => `${unsigned('RS256')}.${Buffer.alloc(32).toString('base64url')}`],
    ['our key, but no session', async () => signed({})],
    ['a key id', async () => signed({ kid: '../../../dev/null' })],
    ['a key address', async () => signed({ jku: 'http://127.0.0.1:1/keys' })],
    ['a critical extension', async () => `${unsigned('HS256', { crit: ['x'], x: 1 })}.AAAA`],
    ['an expiry long ago', async () => signed({}, { ...claims, exp: -1 })],
    ['an expiry beyond every number', async () => signed({}, { ...claims, exp: 1e308 })],
    ['no expiry', async () => signed({}, { login: 'admin' })],
    ['an expiry that is text', async () => signed({}, { ...claims, exp: '9999999999' }).catch(() => 'x.y.z')],
    [
      'another key',
      () => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32)),
    ],
    ['HS512 with our key', async () => `${unsigned('HS512')}.${Buffer.alloc(64).toString('base64url')}`],
    ['garbage', async () => 'garbage'],
  ])('refuses a token with %s', async (_, make) => {
    const answer = await whoami(await make());
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ status: false, code: 401, message: expect.any(String), data: {} });
  });
});
