import type { Secret } from '@backup-maker/model';
import type { StorageLocation } from './storage-url.ts';

export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** With the password in it. */
  | {
      readonly kind: 'postgres';
      readonly url: Secret;
      /** Make our tables beside those of the original server. */
      readonly ignoreOriginalTables?: boolean;
    };

export type DocumentsLocation =
  /** Without a kubeconfig: the service account of the pod that the server runs in. */
  | { readonly kind: 'kubernetes'; readonly kubeconfigFile: string | undefined }
  | { readonly kind: 'filesystem'; readonly folder: string };

export interface ListenAddress {
  /** undefined: every address of the machine. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface RateLimits {
  readonly defaultPerSecond: number;
  readonly authPerMinute: number;
  readonly collectionHealthPerMinute: number;
  readonly serverHealthPerMinute: number;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Everything that can be configured, checked. */
export interface ServerConfig {
  readonly namespace: string;
  readonly database: DatabaseLocation;
  readonly storage: StorageLocation;
  readonly documents: DocumentsLocation;
  readonly jwtSecretKey: Secret;
  /** Refuse a key that is too short, rather than warn. */
  readonly strict?: boolean;
  readonly healthCheckKey: Secret | undefined;
  /** The health of a collection that has no health code is shown to nobody, rather than to all. */
  readonly requireHealthCode?: boolean;
  readonly logLevel: LogLevel;
  readonly listen: ListenAddress;
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly storageHealthTimeoutMs: number;
  readonly storageIoTimeoutMs: number;
  readonly uploadTimeoutMs: number;
  /** How long an upload that tells no length waits for its sender to take it back; 2 s when left out. */
  readonly uploadSettleMs?: number;
  readonly downloadTimeoutMs: number;
  readonly rateLimits: RateLimits;
  /** Every stored version is read again within this time; 30 days when left out. */
  readonly scrubPeriodMs?: number;
}

/** What a command line asks for besides starting the server. */
export type Command =
  | {
      readonly kind: 'serve';
      readonly config: ServerConfig;
      /** What was given and has no effect. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'check-config'; readonly config: ServerConfig }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'encode-password'; readonly password: Secret | 'standard-input' }
  | { readonly kind: 'hash-jwt'; readonly token: Secret }
  | { readonly kind: 'verify-audit'; readonly database: DatabaseLocation };
