import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseStorageUrl, storageSurroundings } from '../src/config/storage-url.ts';
import { openS3Storage, type S3Location } from '../src/storage/s3.ts';
import type { ByteSource } from '../src/storage/storage.ts';

/** Does a request use what only newer servers know? Older MinIO, Ceph and appliances then answer 501. */
function isModern({ headers }: IncomingMessage): boolean {
  const named = Object.keys(headers).some((name) =>
    /^x-amz-(trailer|checksum-|sdk-checksum|decoded)/.test(name),
  );
  const isStreamed = /STREAMING/.test(`${headers['x-amz-content-sha256']}`);
  return named || isStreamed || /aws-chunked/.test(headers['content-encoding'] ?? '');
}

/** A server that speaks S3 as it was before 2025, and keeps nothing. */
async function startOldS3() {
  const puts: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.method === 'PUT') {
        puts.push(request);
      }
      const isPut = request.method === 'PUT' && !isModern(request);
      response.writeHead(isPut ? 200 : request.method === 'HEAD' ? 404 : 501).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, puts, address: `127.0.0.1:${port}` };
}

async function* source(): ByteSource {
  yield Buffer.from('bytes');
}

describe('a server that speaks an older S3', () => {
  let old: Awaited<ReturnType<typeof startOldS3>>;

  beforeEach(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_REGION', undefined);
    old = await startOldS3();
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    old.server.closeAllConnections();
    old.server.close();
  });

  async function put(url: string): Promise<void> {
    const location = parseStorageUrl(url, storageSurroundings(process.env)) as S3Location;
    const storage = openS3Storage(location);
    await storage.put('key', source());
    await storage.close();
  }

  const signedFor = () =>
    /Credential=[^/]+\/\d+\/([^/]+)\//.exec(`${old.puts[0]?.headers.authorization}`)?.[1];

  it('takes an object when the URL names it', async () => {
    await put(`s3://b?endpoint=${old.address}&disableSSL=true&s3ForcePathStyle=true&region=eu-central-1`);
    expect(signedFor()).toBe('eu-central-1');
  });

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])('takes an object when %s names it', async (name) => {
    vi.stubEnv(name, `http://${old.address}`);
    await put('s3://b?s3ForcePathStyle=true&region=eu-central-1');
    expect(signedFor()).toBe('eu-central-1');
  });

  it.each([
    [undefined, 'us-east-1'],
    ['eu-west-3', 'eu-west-3'],
  ])('is asked with AWS_REGION %s for %s', async (region, expected) => {
    vi.stubEnv('AWS_REGION', region);
    await put(`s3://b?endpoint=${old.address}&disableSSL=true&s3ForcePathStyle=true`);
    expect(signedFor()).toBe(expected);
  });
});
