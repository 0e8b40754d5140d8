import { fileURLToPath } from 'node:url';
import { Failure, Secret } from '@backup-maker/model';
import type { Environment } from './environment.ts';

export type StorageLocation =
  | { readonly kind: 'file'; readonly folder: string }
  | { readonly kind: 'memory' }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Put before every key, without slashes at its ends; empty for none. */
      readonly prefix: string;
      /** undefined: Amazon's own. */
      readonly endpoint: string | undefined;
      /** undefined: the one that AWS_REGION or the profile names. */
      readonly region: string | undefined;
      readonly forcePathStyle: boolean;
    }
  | { readonly kind: 'gcs'; readonly bucket: string; readonly prefix: string }
  | {
      readonly kind: 'azure';
      readonly container: string;
      readonly prefix: string;
      /** undefined: it cannot be opened. */
      readonly connectionString: Secret | undefined;
    };

/** What the environment says about a storage, where its URL does not. */
export interface StorageSurroundings {
  /** How to reach Azure: its storage URL names the container alone. */
  readonly azureConnectionString?: Secret | undefined;
  readonly s3Endpoint?: string | undefined;
}

/** What the variables of the providers say: those that their own programs read. */
export function storageSurroundings(env: Environment): StorageSurroundings {
  const connectionString = env.AZURE_STORAGE_CONNECTION_STRING;
  const isEndpointIgnored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true';
  return {
    azureConnectionString: connectionString ? new Secret(connectionString) : undefined,
    s3Endpoint: isEndpointIgnored ? undefined : env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined,
  };
}

/**
 * Read `--storage-url`: `file:///path`, `mem://`, `s3://bucket?…`, `gs://bucket` or `azblob://container`.
 * @throws Failure `invalid-input`
 */
export function parseStorageUrl(text: string, surroundings: StorageSurroundings = {}): StorageLocation {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case 'file:':
      return { kind: 'file', folder: fileFolder(url, text) };
    case 'mem:':
      return { kind: 'memory' };
    case 's3:':
      return {
        kind: 's3',
        bucket: hostOf(url, text),
        prefix: prefixOf(url),
        ...s3Options(url.searchParams, surroundings.s3Endpoint),
      };
    case 'gs:':
      return { kind: 'gcs', bucket: hostOf(url, text), prefix: prefixOf(url) };
    case 'azblob:':
      return {
        kind: 'azure',
        container: hostOf(url, text),
        prefix: prefixOf(url),
        connectionString: surroundings.azureConnectionString,
      };
    default:
      throw malformed(text);
  }
}

function s3Options(query: URLSearchParams, configuredEndpoint: string | undefined) {
  const endpoint = query.get('endpoint') ?? undefined;
  const insecure = query.get('disableSSL') === 'true';
  return {
    endpoint: endpoint === undefined ? configuredEndpoint : withScheme(endpoint, insecure),
    region: query.get('region') ?? undefined,
    forcePathStyle: query.get('s3ForcePathStyle') === 'true',
  };
}

/** Endpoints are often given as `host:port`. */
function withScheme(endpoint: string, insecure: boolean): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `${insecure ? 'http' : 'https'}://${endpoint}`;
}

function prefixOf(url: URL): string {
  const prefix = (url.searchParams.get('prefix') ?? '').replaceAll(/^\/+|\/+$/g, '');
  if (prefix !== '' && !/^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/.test(prefix)) {
    throw new Failure(
      'invalid-input',
      'the prefix of the storage URL may have letters, digits, dots, dashes and slashes',
    );
  }
  return prefix;
}

function hostOf(url: URL, text: string): string {
  if (url.hostname === '') {
    throw malformed(text);
  }
  return url.hostname;
}

function fileFolder(url: URL, text: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw malformed(text);
  }
}

function malformed(text: string): Failure {
  // Without its query, which could hold credentials.
  const shown = text.split('?')[0];
  return new Failure(
    'invalid-input',
    `"${shown}" is not a storage URL: write file:///path, s3://bucket?region=…, gs://bucket, azblob://container or mem://`,
  );
}
