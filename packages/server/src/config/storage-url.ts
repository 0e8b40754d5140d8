import { fileURLToPath } from 'node:url';
import { Failure, type Secret } from '@backup-maker/model';

export type StorageLocation =
  | { readonly kind: 'file'; readonly folder: string }
  | { readonly kind: 'memory' }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Put before every key, without slashes at its ends; empty for none. */
      readonly prefix: string;
      readonly endpoint: string | undefined;
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

/**
 * Read `--storage-url`: `file:///path`, `mem://`, `s3://bucket?…`, `gs://bucket` or `azblob://container`.
 * @param azureConnectionString how to reach Azure: its storage URL names the container alone
 * @throws Failure `invalid-input`
 */
export function parseStorageUrl(text: string, azureConnectionString?: Secret): StorageLocation {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case 'file:':
      return { kind: 'file', folder: fileFolder(url, text) };
    case 'mem:':
      return { kind: 'memory' };
    case 's3:':
      return { kind: 's3', bucket: hostOf(url, text), prefix: prefixOf(url), ...s3Options(url.searchParams) };
    case 'gs:':
      return { kind: 'gcs', bucket: hostOf(url, text), prefix: prefixOf(url) };
    case 'azblob:':
      return {
        kind: 'azure',
        container: hostOf(url, text),
        prefix: prefixOf(url),
        connectionString: azureConnectionString,
      };
    default:
      throw malformed(text);
  }
}

function s3Options(query: URLSearchParams) {
  const endpoint = query.get('endpoint') ?? undefined;
  const insecure = query.get('disableSSL') === 'true';
  return {
    endpoint: endpoint === undefined ? undefined : withScheme(endpoint, insecure),
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
