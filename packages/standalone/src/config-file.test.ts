import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'standalone-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string, argv: readonly string[] = [], env = {}) {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  return loadConfig(['--config', file, ...argv], env);
}

const all = `
data-dir: /srv/backup
listen: 127.0.0.1:7000
apply: [/etc/a.yaml, /etc/b]
json: true
strict: true
storage-url: mem://
rate-auth-limit: 3
`;

describe('--config', () => {
  it('says what flags say', () => {
    expect(load(all)).toMatchObject({
      dataDir: '/srv/backup',
      listen: { port: 7000 },
      apply: ['/etc/a.yaml', '/etc/b'],
      json: true,
      repository: { config: { strict: true, storage: { kind: 'memory' }, rateLimits: { authPerMinute: 3 } } },
    });
  });

  it('is overruled by flags, all values of one at once', () => {
    expect(load(all, ['--apply', '/c', '--storage-url=s3://b', '--listen', ':1'])).toMatchObject({
      listen: { port: 1 },
      apply: ['/c'],
      repository: { config: { storage: { kind: 's3' } } },
    });
  });

  it('is overruled by variables', () => {
    const env = { BS_DATA_DIR: '/env', BR_STORAGE_DRIVER_URL: 's3://b' };
    expect(load(all, [], env)).toMatchObject({
      dataDir: '/env',
      repository: { config: { storage: { kind: 's3' } } },
    });
  });

  it('may be empty', () => {
    expect(load('', ['--data-dir', '/x'])).toMatchObject({ dataDir: '/x' });
  });

  it.each([
    ['storage_url: mem://', 'unknown key "storage_url"'],
    ['config: other.yaml', 'unknown key "config"'],
    ['- data-dir', 'write one flag a line'],
    ['listen: [a, b]', '"listen" takes one value'],
    ['listen: {port: 1}', '"listen" must be text'],
    ['json: perhaps', '"json" must be true or false'],
    ['apply: [--json]', 'not begin with a dash'],
    ['listen: nowhere', 'address:port'],
    ['a: [', 'config.yaml: '],
  ])('refuses %j and says why', (text, message) => {
    expect(() => load(text)).toThrow(message);
  });
});
