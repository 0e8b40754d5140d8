import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const executable = join(import.meta.dirname, '../bin/backup-repository.js');
const versions = '/api/stable/repository/collection/iwa/version';

describe('the audit log', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  const listed = async (query = '') =>
    (await server.call('GET', `/api/stable/audit${query}`)).json.data.audit;
  const verify = () =>
    promisify(execFile)(process.execPath, [
      executable,
      '--verify-audit',
      '--db-url',
      `sqlite:${join(server.folder, 'repository.db')}`,
    ]);

  it('tells who did what to which object from where, and how it ended', async () => {
    const uploader = await server.login('uploader');
    const body = { username: 'admin', password: 'wrong' };
    await server.call('POST', '/api/stable/auth/login', { token: null, body });
    await server.upload(openPgpMessage({ bodyBytes: 100 }));
    await server.upload(Buffer.from('plain'));
    await server.call('GET', `${versions}/latest`, { token: uploader });
    await server.call('GET', `${versions}/latest`);
    await server.call('DELETE', `${versions}/1`);
    const records = (await listed()) as readonly Record<string, string>[];
    expect(
      records.toReversed().map(({ actor, action, object, result }) => [actor, action, object, result]),
    ).toEqual([
      ['uploader', 'login', '', 'ok'],
      ['admin', 'login', '', 'unauthenticated'],
      ['admin', 'login', '', 'ok'],
      ['admin', 'upload', 'collection/iwa/version/1', 'ok'],
      ['admin', 'upload', 'collection/iwa', 'not-openpgp'],
      ['uploader', 'download', 'collection/iwa/version/latest', 'forbidden'],
      ['admin', 'download', 'collection/iwa/version/1', 'ok'],
      ['admin', 'deleteVersion', 'collection/iwa/version/1', 'ok'],
    ]);
    expect(records[0]).toMatchObject({
      address: '127.0.0.1',
      at: expect.any(String),
      sessionId: expect.any(String),
    });
  });

  it('is for administrators, in pages', async () => {
    const token = await server.login('nobody');
    expect((await server.call('GET', '/api/stable/audit', { token })).status).toBe(403);
    const [newest, second] = await listed('?limit=2');
    expect(newest.previousHash).toBe(second.hash);
    expect((await listed(`?before=${newest.id}&limit=1`))[0].id).toBe(second.id);
    expect((await server.call('GET', '/api/stable/audit?limit=x')).status).toBe(400);
  });

  it('is whole when many write to it at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => server.call('GET', `${versions}/latest`)));
    expect((await verify()).stdout).toMatch(/^intact: \d+ records, the last with hash [0-9a-f]{64}\n$/);
  });

  it('shows the record that somebody changed', async () => {
    const database = new DatabaseSync(join(server.folder, 'repository.db'));
    database.exec("update audit set actor = 'somebody' where id = 4");
    await expect(verify()).rejects.toMatchObject({
      code: 6,
      stderr: 'backup-repository: the audit log was changed: record 4 does not fit\n',
    });
    database.exec("update audit set actor = 'admin' where id = 4");
    expect((await verify()).stdout).toMatch(/^intact/);
    database.exec('delete from audit where id = 3');
    await expect(verify()).rejects.toMatchObject({
      stderr: expect.stringContaining('record 4 does not fit'),
    });
    database.close();
  });
});
