import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { findCondition, type Transport, type TransportRequest } from '@backup-maker/kube';
import { expect, it, vi } from 'vitest';
import { kinds } from '../src/kinds.ts';
import { requestedAction, scheduledBackup, secret, startEnvironment } from './environment.ts';

/** More writes than this for one object, whatever fails, are a loop that feeds itself. */
const maxWrites = 40;
const quietMs = 3000;

/** A Backup Repository that answers every log-in the same way. */
async function repository(status: number) {
  let logins = 0;
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      logins += 1;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{"status":false,"error":"no","data":{}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    logins: () => logins,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Refuses = (request: TransportRequest) => { status: number; reason: string } | undefined;

/** Counts what is sent to be written, and refuses some of it. */
function counting(writes: { count: number; lastAt: number }, refuses: Refuses) {
  return (transport: Transport): Transport =>
    async (request) => {
      if (request.method === 'GET') {
        return transport(request);
      }
      writes.count += 1;
      writes.lastAt = Date.now();
      const refused = refuses(request);
      if (!refused) {
        return transport(request);
      }
      const { status: code, reason } = refused;
      const text = JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message: 'no' });
      async function* body() {
        yield Buffer.from(text);
      }
      return { status: code, retryAfter: undefined, body: body() };
    };
}

const refuseJobs =
  (status: number, reason: string): Refuses =>
  ({ method, path }) =>
    method === 'POST' && /\/jobs(\?|$)/.test(path) ? { status, reason } : undefined;

interface Fault {
  readonly login?: number;
  readonly spec?: Record<string, unknown>;
  readonly refuses?: Refuses;
  /** Where `Ready` says why. */
  readonly reason?: string;
}

const faults: Readonly<Record<string, Fault>> = {
  'a login that is refused': { login: 401, reason: 'LoginFailed' },
  'a login at a server that has too much to do': { login: 503, reason: 'LoginFailed' },
  'a login that the server does not understand': { login: 400, reason: 'LoginRefused' },
  'a Secret that is missing': { spec: { varsSecretRef: { secretName: 'none' } }, reason: 'SecretMissing' },
  'a template that is missing': {
    spec: { templateRef: { kind: 'internal', name: 'none' } },
    reason: 'TemplateMissing',
  },
  'a pod that cannot start': { reason: 'Running' },
  'a Job that the API server forbids': { refuses: refuseJobs(403, 'Forbidden'), reason: 'Forbidden' },
  'a Job that the API server finds invalid': { refuses: refuseJobs(422, 'Invalid'), reason: 'ObjectRefused' },
  'an API server that fails to make Jobs': { refuses: refuseJobs(500, 'InternalError') },
};

it.concurrent.each(Object.entries(faults))(
  '%s makes few writes',
  async (_, { login, spec, refuses, reason }) => {
    await using environment = await startEnvironment();
    await using server = await repository(login ?? 200);
    const writes = { count: 0, lastAt: 0 };
    await environment.start({ wrapTransport: counting(writes, refuses ?? (() => undefined)) });
    const withLogin = {
      loginSecretRef: { secretName: 'login' },
      vars: `Params:\n  path: /data\nRepository:\n  url: ${server.url}\n`,
    };
    await environment.apply(
      secret('login', { username: 'u', password: 'old' }),
      scheduledBackup('shop', { ...(login && withLogin), ...spec }),
      requestedAction('now', 'shop'),
    );
    const action = () =>
      environment.client.get(kinds.requestedAction, { namespace: environment.namespace, name: 'now' });
    await vi.waitFor(
      async () => {
        const why = findCondition((await action()).status?.conditions, 'Ready')?.reason;
        reason === undefined ? expect(why).toBeDefined() : expect(why).toBe(reason);
        expect(writes.count, 'writes so far').toBeLessThan(maxWrites);
        expect(Date.now() - writes.lastAt, 'since the last write').toBeGreaterThan(quietMs);
      },
      { timeout: 45_000, interval: 200 },
    );
    expect(writes.count).toBeLessThan(maxWrites);
    login && expect(server.logins()).toBe(1);
  },
  60_000,
);
