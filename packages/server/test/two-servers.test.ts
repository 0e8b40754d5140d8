import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import { hasPrograms } from '@backup-maker/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../src/audit/verify.ts';
import type { ServerConfig } from '../src/config/config.ts';
import { openPostgres } from '../src/database/postgres.ts';
import { type RunningRepository, startRepository } from '../src/start-repository.ts';
import { openPgpMessage } from './message.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { type S3Server, startS3 } from './s3-server.ts';
import { collectionDocument } from './sample-documents.ts';
import { password, testDocuments } from './server-fixture.ts';
import { noLimits, testConfig } from './test-config.ts';

const path = '/api/stable/repository/collection';
const maxLogins = 12;
const tus = { 'tus-resumable': '1.0.0' };

describe.skipIf(!hasPrograms('postgres', 'initdb', 'versitygw'))(
  'two servers on one PostgreSQL and one S3',
  () => {
    let folder: string;
    let postgres: PostgresServer;
    let s3: S3Server;
    let servers: readonly [RunningRepository, RunningRepository];
    let token: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'two-servers-'));
      [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
      const config: ServerConfig = testConfig(folder, {
        database: { kind: 'postgres', url: new Secret(postgres.url) },
        storage: s3.location,
        rateLimits: { ...noLimits, authPerMinute: maxLogins },
      });
      const start = async () => {
        const documents = await testDocuments();
        for (const name of ['race', 'moving', 'many']) {
          documents.put(
            'collection',
            name,
            collectionDocument(name, { maxOneVersionSize: '20M', maxCollectionSize: '1G' }),
          );
        }
        return startRepository({ config, documents, logger: pino({ level: 'silent' }) });
      };
      // At once, on an empty database and an empty bucket.
      servers = await Promise.all([start(), start()]);
      token = await login(0);
    });
    afterAll(async () => {
      await Promise.all((servers ?? []).map((server) => server.close()));
      await Promise.all([postgres?.stop(), s3?.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    async function call(
      server: 0 | 1,
      method: string,
      address: string,
      body?: Buffer,
      headers: object = {},
      by = token,
    ) {
      const response = await fetch(servers[server].url + address, {
        method,
        headers: { authorization: `Bearer ${by}`, ...headers },
        ...(body ? { body: new Uint8Array(body) } : {}),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    }

    async function login(server: 0 | 1): Promise<string> {
      const body = Buffer.from(JSON.stringify({ username: 'admin', password }));
      const headers = { 'content-type': 'application/json' };
      const answer = await call(server, 'POST', '/api/stable/auth/login', body, headers, '');
      return JSON.parse(answer.bytes.toString()).data.token;
    }

    it('share versions', async () => {
      const message = openPgpMessage({ bodyBytes: 500_000 });
      expect((await call(0, 'POST', `${path}/iwa/version`, message)).status).toBe(200);
      expect((await call(1, 'GET', `${path}/iwa/version/latest`)).bytes.equals(message)).toBe(true);
    });

    it('let one of them write to a collection at a time', async () => {
      const message = openPgpMessage({ bodyBytes: 8_000_000 });
      const both = await Promise.all(
        ([0, 1] as const).map((server) => call(server, 'POST', `${path}/race/version`, message)),
      );
      expect(both.map((answer) => answer.status).toSorted()).toEqual([200, 409]);
    });

    it('never give one number twice, whoever is asked', async () => {
      const message = openPgpMessage({ bodyBytes: 1000 });
      const send = async (server: 0 | 1): Promise<number> => {
        const answer = await call(server, 'POST', `${path}/many/version`, message);
        return answer.status === 409
          ? send(server)
          : JSON.parse(answer.bytes.toString()).data.version.versionNumber;
      };
      const numbers = await Promise.all([0, 1, 0, 1, 0, 1].map((server) => send(server as 0 | 1)));
      expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('take turns with a resumable upload', async () => {
      const message = openPgpMessage({ bodyBytes: 12_000_000 });
      const created = await call(0, 'POST', `${path}/moving/upload`, undefined, {
        ...tus,
        'upload-length': `${message.length}`,
      });
      const location = `${path}/moving/${created.headers.get('location')}`;
      let offset = 0;
      let last = created;
      for (const [server, size] of [
        [0, 5_000_000],
        [1, 1_000_000],
        [1, 2_000_000],
        [0, 1_000_000],
        [1, 9_000_000],
      ] as const) {
        const head = await call(server, 'HEAD', location, undefined, tus);
        expect(head.headers.get('upload-offset')).toBe(`${offset}`);
        last = await call(server, 'PATCH', location, message.subarray(offset, offset + size), {
          ...tus,
          'upload-offset': `${offset}`,
          'content-type': 'application/offset+octet-stream',
        });
        offset += size;
      }
      expect(last.status).toBe(200);
      const { version } = JSON.parse(last.bytes.toString()).data;
      expect(version.sha256).toBe(createHash('sha256').update(message).digest('hex'));
      expect((await call(0, 'GET', `${path}/moving/version/1`)).bytes.equals(message)).toBe(true);
    });

    it('know at once of a session that the other one revoked', async () => {
      const other = await login(1);
      expect((await call(0, 'GET', '/api/stable/auth/whoami', undefined, {}, other)).status).toBe(200);
      expect((await call(1, 'DELETE', '/api/stable/auth/logout', undefined, {}, other)).status).toBe(200);
      expect((await call(0, 'GET', '/api/stable/auth/whoami', undefined, {}, other)).status).toBe(401);
    });

    it('let an address guess passwords as often as one of them would', async () => {
      const body = Buffer.from(JSON.stringify({ username: 'admin', password: 'guess' }));
      const headers = { 'content-type': 'application/json' };
      const statuses: number[] = [];
      for (let guess = 0; guess < maxLogins + 2; guess += 1) {
        const server = (guess % 2) as 0 | 1;
        statuses.push((await call(server, 'POST', '/api/stable/auth/login', body, headers, '')).status);
      }
      expect(statuses.filter((status) => status === 401)).toHaveLength(maxLogins);
      expect(statuses.slice(-2)).toEqual([429, 429]);
    });

    it('write one audit log', async () => {
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => call((n % 2) as 0 | 1, 'GET', `${path}/iwa/version/latest`)),
      );
      const database = await openPostgres({ url: postgres.url, onIdleError: () => {} });
      const verdict = await verifyAudit(database);
      await database.close();
      expect(verdict.intact).toBe(true);
      expect(verdict.intact && verdict.records).toBeGreaterThan(40);
    });
  },
);
