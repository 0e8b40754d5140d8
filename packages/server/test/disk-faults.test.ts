import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPgpMessage } from './message.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const message = openPgpMessage({ bodyBytes: 500_000 });
const large = { maxOneVersionSize: '50M', maxCollectionSize: '500M' };
const tus = { 'tus-resumable': '1.0.0' };
const bytes = { ...tus, 'content-type': 'application/offset+octet-stream' };

type SystemCall = 'open' | 'write' | 'sync' | 'rename';

const errno = (code: string) => Object.assign(new Error(code), { code });

/** What every file handle is made of, for a call to fail as the kernel makes it fail. */
async function handlePrototype(): Promise<fs.FileHandle> {
  await using handle = await fs.open('/dev/null');
  return Object.getPrototypeOf(handle) as fs.FileHandle;
}

/** Let the next such call on the storage fail, once. */
async function breakOnce(call: SystemCall, code: string): Promise<void> {
  const handles = await handlePrototype();
  switch (call) {
    case 'write':
      vi.spyOn(handles, 'write').mockRejectedValueOnce(errno(code));
      return;
    case 'sync':
      vi.spyOn(handles, 'datasync').mockRejectedValueOnce(errno(code));
      return;
    case 'open':
    case 'rename':
      vi.spyOn(fs, call).mockRejectedValueOnce(errno(code));
      syncBuiltinESMExports();
      return;
    default:
      call satisfies never;
  }
}

type Write = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ readonly bytesWritten: number }>;

/** Do every write of a file as `change` says, which is given how the kernel does it. */
async function changeWrites(change: (write: Write) => Write): Promise<void> {
  const handles = (await handlePrototype()) as { write: Write };
  const { write } = handles;
  vi.spyOn(handles, 'write').mockImplementation(function changed(this: unknown, ...args) {
    return change(write.bind(this))(...args);
  });
}

describe('a disk that fails', () => {
  let server: TestServer;
  let collections = 0;
  let name: string;
  let collection: string;

  beforeAll(async () => {
    server = await startTestServer({ storageIoTimeoutMs: 5000 });
    // The token that the other calls use.
    await server.call('GET', '/api/stable/auth/whoami');
  });
  beforeEach(() => {
    collections += 1;
    name = `disk-${collections}`;
    collection = `/api/stable/repository/collection/${name}`;
    server.documents.put('collection', name, collectionDocument(name, large));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  const upload = () => server.upload(message, name);
  const versions = async () => (await server.call('GET', `${collection}/version`)).json.data.versions;
  const files = async () => [
    ...(await fs.readdir(join(server.folder, 'storage/incoming'))),
    ...(await fs.readdir(join(server.folder, 'storage/objects', name)).catch(() => [])),
  ];

  async function insistOnNothing(): Promise<void> {
    expect(await versions()).toEqual([]);
    expect(await files()).toEqual([]);
  }

  const faults: readonly [SystemCall, string, number, string][] = [
    ['open', 'EMFILE', 503, 'unavailable'],
    ['open', 'ENOSPC', 507, 'storage-full'],
    ['write', 'ENOSPC', 507, 'storage-full'],
    ['write', 'EIO', 503, 'unavailable'],
    ['write', 'EDQUOT', 507, 'storage-full'],
    ['sync', 'ENOSPC', 507, 'storage-full'],
    ['sync', 'EIO', 503, 'unavailable'],
    ['rename', 'ENOSPC', 507, 'storage-full'],
    ['rename', 'EIO', 503, 'unavailable'],
    ['rename', 'ENOENT', 503, 'unavailable'],
  ];

  it.each(faults)('at %s with %s: status %d, nothing left, and the next upload works', async (...fault) => {
    const [call, code, status, reason] = fault;
    await breakOnce(call, code);
    const answer = await upload();
    expect([answer.status, answer.json.reason]).toEqual([status, reason]);
    expect(answer.bytes.toString()).not.toContain(server.folder);
    await insistOnNothing();
    expect((await upload()).status).toBe(200);
  });

  it.each(faults)('at %s with %s in a resumable upload: no version of it', async (...fault) => {
    const [call, code, status, reason] = fault;
    const headers = { ...tus, 'upload-length': `${message.length}` };
    const created = await server.call('POST', `${collection}/upload`, { headers });
    const location = `${collection}/${created.headers.get('location')}`;
    await breakOnce(call, code);
    const send = (offset: string, body: Buffer) =>
      server.call('PATCH', location, {
        headers: { ...bytes, 'upload-offset': offset },
        body: new Uint8Array(body),
      });
    const answer = await send('0', message);
    expect([answer.status, answer.json.reason]).toEqual([status, reason]);
    if (call === 'sync') {
      // What did not reach the disk never counts as there: the sender is told to begin again.
      const again = await send(`${message.length}`, Buffer.alloc(0));
      expect([again.status, again.json.reason]).toEqual([422, 'integrity']);
    }
    expect(await versions()).toEqual([]);
    const given = await server.call('DELETE', location, { headers: tus });
    expect(given.status).toBe(call === 'sync' ? 404 : 204);
    await insistOnNothing();
    expect((await upload()).status).toBe(200);
  });

  it('that writes less than it was given is given the rest again', async () => {
    await changeWrites(
      (write) => (bytes, offset, length, position) =>
        write(bytes, offset, Math.min(length, 40_000), position),
    );
    expect((await upload()).status).toBe(200);
    expect((await server.call('GET', `${collection}/version/1`)).bytes.equals(message)).toBe(true);
  });

  it('that is slow only takes longer', async () => {
    await changeWrites((write) => async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return write(...args);
    });
    expect((await upload()).status).toBe(200);
    expect((await server.call('GET', `${collection}/version/1`)).bytes.equals(message)).toBe(true);
  });

  it('that hangs ends the upload with its time, not the server', async () => {
    const stuck = Promise.withResolvers<void>();
    const handles = await handlePrototype();
    vi.spyOn(handles, 'datasync').mockImplementationOnce(() => stuck.promise);
    const answer = await upload();
    expect([answer.status, answer.json.reason]).toEqual([503, 'unavailable']);
    expect((await server.call('GET', '/health')).status).toBe(200);
    stuck.resolve();
    expect((await upload()).status).toBe(200);
    expect(await versions()).toHaveLength(1);
  });
});

const [mount, umount] = [findProgram('mount'), findProgram('umount')];

// Only root may mount; where nobody may, the faults above have to do.
describe.skipIf(process.getuid?.() !== 0 || !mount || !umount)('a file system that is full', () => {
  it('refuses the upload with 507, keeps what it has, and takes the next one that fits', async () => {
    const folder = await fs.mkdtemp(join(tmpdir(), 'full-'));
    execFileSync(mount ?? '', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
    try {
      await using server = await startTestServer({ storage: { kind: 'file', folder } });
      server.documents.put('collection', 'full', collectionDocument('full', large));
      const first = await server.upload(openPgpMessage({ bodyBytes: 1_200_000 }), 'full');
      expect(first.status).toBe(200);
      const refused = await server.upload(openPgpMessage({ bodyBytes: 1_200_000 }), 'full');
      expect([refused.status, refused.json.reason]).toEqual([507, 'storage-full']);
      expect(await fs.readdir(join(folder, 'incoming'))).toEqual([]);
      expect((await server.upload(openPgpMessage({ bodyBytes: 100_000 }), 'full')).status).toBe(200);
    } finally {
      execFileSync(umount ?? '', [folder]);
      await fs.rm(folder, { recursive: true });
    }
  });
});
