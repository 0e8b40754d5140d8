import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ServerConfig } from '../src/config/config.ts';
import { createMemoryDocuments, type MemoryDocuments } from '../src/documents/memory.ts';
import { encodePassword } from '../src/sessions/password.ts';
import { type RunningRepository, startRepository } from '../src/start-repository.ts';
import { collectionDocument, secretDocument, userDocument } from './sample-documents.ts';
import { testConfig } from './test-config.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly documents: MemoryDocuments;
  /** Where database and storage are. */
  readonly folder: string;
  readonly logLines: string[];
  /** Moves the server's clock. */
  advance(ms: number): void;
  login(username: string, more?: object): Promise<string>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Upload to a collection with the default token. */
  upload(body: Buffer, collection?: string, headers?: Record<string, string>): Promise<Answer>;
  restart(): Promise<void>;
}

export interface CallOptions {
  /** `admin`'s when left out; null for none. */
  readonly token?: string | null;
  readonly body?: RequestInit['body'] | object;
  readonly headers?: Record<string, string>;
}

export const password = 'correct horse battery staple';
export const healthCode = 'collection health code';
const collectionsPath = '/api/stable/repository/collection';

/** A real server on a free port, with users `admin`, `uploader`, `downloader`, `nobody` and the collection `iwa`. */
export async function startTestServer(change: Partial<ServerConfig> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'repository-'));
  const documents = await testDocuments();
  const logLines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) });
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const start = () => startRepository({ config: testConfig(folder, change), documents, logger, now });
  let running: RunningRepository = await start();
  let adminToken: string | undefined;

  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const token = options.token === undefined ? await defaultToken() : options.token;
    const isPlain =
      options.body !== undefined &&
      options.body !== null &&
      Object.getPrototypeOf(options.body) === Object.prototype;
    const response = await fetch(running.url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(isPlain ? { 'content-type': 'application/json' } : {}),
        ...options.headers,
      },
      ...(options.body === undefined
        ? {}
        : {
            body: isPlain ? JSON.stringify(options.body) : (options.body as NonNullable<RequestInit['body']>),
            duplex: 'half',
          }),
    } as RequestInit);
    return answerOf(response);
  }

  async function login(username: string, more: object = {}): Promise<string> {
    const body = { username, password, ...more };
    const answer = await call('POST', '/api/stable/auth/login', { token: null, body });
    if (answer.status !== 200) {
      throw new Error(`login of ${username}: ${answer.status} ${answer.bytes}`);
    }
    return answer.json.data.token;
  }

  async function defaultToken(): Promise<string> {
    adminToken ??= await login('admin');
    return adminToken;
  }

  return {
    get url() {
      return running.url;
    },
    documents,
    folder,
    logLines,
    advance(ms) {
      offsetMs += ms;
    },
    login,
    call,
    upload: (body, collection = 'iwa', headers = {}) =>
      call('POST', `${collectionsPath}/${collection}/version`, {
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/octet-stream', ...headers },
      }),
    async restart() {
      await running.close();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    get json() {
      return JSON.parse(bytes.toString());
    },
  };
}

let encodedPassword: Promise<string> | undefined;

/** The users and the collection that most tests need. */
export async function testDocuments(): Promise<MemoryDocuments> {
  encodedPassword ??= encodePassword(password);
  const documents = createMemoryDocuments();
  const user = (name: string, spec: object, stored: string) =>
    documents.put('user', name, userDocument(name, { password: stored, ...spec }));
  const stored = await encodedPassword;
  user('admin', { roles: ['systemAdmin'] }, stored);
  user('nobody', {}, stored);
  user('uploader', {}, stored);
  user('downloader', {}, stored);
  documents.put('secret', 'health', secretDocument('health', { iwa: await sha256Hex(healthCode) }));
  documents.put(
    'collection',
    'iwa',
    collectionDocument('iwa', {
      healthSecretRef: { name: 'health', entry: 'iwa' },
      accessControl: [
        { userName: 'uploader', roles: ['backupUploader'] },
        { userName: 'downloader', roles: ['backupDownloader'] },
      ],
    }),
  );
  return documents;
}

async function sha256Hex(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
}
