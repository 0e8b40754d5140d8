import { join } from 'node:path';
import { Secret } from '@backup-maker/model';
import type { ServerConfig } from '../src/config/config.ts';

export const serverHealthCode = 'server health code';

export const noLimits = {
  defaultPerSecond: 100_000,
  authPerMinute: 100_000,
  collectionHealthPerMinute: 100_000,
  serverHealthPerMinute: 100_000,
} as const;

/** What a server is configured with, over what the tests need by default. */
export function testConfig(folder: string, change: Partial<ServerConfig> = {}): ServerConfig {
  return {
    namespace: 'backups',
    database: { kind: 'sqlite', path: join(folder, 'repository.db') },
    storage: { kind: 'file', folder: join(folder, 'storage') },
    documents: { kind: 'filesystem', folder },
    jwtSecretKey: new Secret('0123456789abcdef0123456789abcdef'),
    healthCheckKey: new Secret(serverHealthCode),
    logLevel: 'debug',
    listen: { host: '127.0.0.1', port: 0 },
    trustedProxies: [],
    tls: undefined,
    storageHealthTimeoutMs: 2000,
    storageIoTimeoutMs: 10_000,
    uploadTimeoutMs: 30_000,
    downloadTimeoutMs: 30_000,
    rateLimits: noLimits,
    scrubPeriodMs: 86_400_000,
    ...change,
  };
}
