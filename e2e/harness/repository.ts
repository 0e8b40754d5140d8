import { setTimeout } from 'node:timers/promises';

export interface StoredVersion {
  readonly id: string;
  readonly versionNumber: number;
  readonly filesize: number;
}

/** The Backup Repository as a person with curl sees it. */
export interface Repository {
  readonly url: string;
  token(userName: string, password: string): Promise<string>;
  versions(collection: string, token: string): Promise<readonly StoredVersion[]>;
  download(collection: string, version: string, token: string): Promise<Uint8Array>;
}

export function repositoryAt(url: string): Repository {
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await patientFetch(new URL(path, url), init);
    if (!response.ok) {
      throw new Error(
        `${init.method ?? 'GET'} ${path} answered ${response.status}: ${await response.text()}`,
      );
    }
    return response;
  };
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const collectionPath = (collection: string) =>
    `/api/stable/repository/collection/${encodeURIComponent(collection)}/version`;
  return {
    url,
    token: async (username, password) => {
      const response = await call('/api/stable/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password }),
      });
      return ((await response.json()) as { data: { token: string } }).data.token;
    },
    versions: async (collection, token) => {
      const response = await call(collectionPath(collection), bearer(token));
      return ((await response.json()) as { data: { versions: readonly StoredVersion[] } }).data.versions;
    },
    download: async (collection, version, token) =>
      (await call(`${collectionPath(collection)}/${version}`, bearer(token))).bytes(),
  };
}

const maxAttempts = 3;

/**
 * The pods of an embedded cluster and we share one address, whose requests the server limits: who is asked to wait comes
 * again when it was told to.
 */
async function patientFetch(url: URL, init: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, init);
    if (response.status !== 429 || attempt === maxAttempts) {
      return response;
    }
    await response.text();
    await setTimeout(Number(response.headers.get('retry-after')) * 1000);
  }
}
