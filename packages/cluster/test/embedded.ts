import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type ClusterOptions, startCluster } from '../src/index.ts';

export const token = 'a-token-for-tests';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by looking
  readonly body: any;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
  readonly token?: string | undefined;
}

/** An embedded cluster in a folder of its own, with the means to speak to it. */
export interface Embedded extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly kubeconfig: string;
  /** Runs kubectl; rejects with what it said where it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** Runs kubectl that must fail, and gives what it said. */
  readonly refused: (args: readonly string[], input?: string) => Promise<string>;
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
}

export async function startEmbedded(options: Partial<ClusterOptions> = {}): Promise<Embedded> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-test-'));
  const cluster = await startCluster({
    dataDir: join(folder, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    token,
    nodeName: 'test-node',
    ...options,
  });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig(), { mode: 0o600 });
  const run = (args: readonly string[], input = ''): Promise<KubectlResult> =>
    runKubectl(kubeconfig, folder, args, input);
  return {
    cluster,
    folder,
    kubeconfig,
    async kubectl(args, input) {
      const { code, stdout, stderr } = await run(args, input);
      if (code !== 0) {
        throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
      }
      return stdout;
    },
    async refused(args, input) {
      const { code, stdout, stderr } = await run(args, input);
      if (code === 0) {
        throw new Error(`kubectl ${args.join(' ')} should have failed and said: ${stdout}`);
      }
      return stderr;
    },
    call: (method, path, callOptions) => callApi(cluster, method, path, callOptions),
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runKubectl(
  kubeconfig: string,
  home: string,
  args: readonly string[],
  input: string,
): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const child = execFile(
      'kubectl',
      [...args],
      {
        env: { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig },
        timeout: 30_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

export function callApi(
  cluster: Cluster,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const bearer = 'token' in options ? options.token : token;
  const body =
    options.body === undefined
      ? undefined
      : typeof options.body === 'string'
        ? options.body
        : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, cluster.url),
      {
        method,
        ca: certificateOf(cluster),
        headers: {
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-type': options.type ?? 'application/json' }),
          ...(options.accept !== undefined && { accept: options.accept }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          // A watch is JSON line by line: its text is for the test to read.
          const isWatch = path.includes('watch=true') && response.statusCode === 200;
          const isJson = !isWatch && String(response.headers['content-type']).startsWith('application/json');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: isJson ? JSON.parse(text) : text,
          });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function certificateOf(cluster: Cluster): string {
  const data = /certificate-authority-data: (\S+)/.exec(cluster.kubeconfig())?.[1] ?? '';
  return Buffer.from(data, 'base64').toString('utf8');
}

/** Asks again and again until the answer is what is wanted; fails with the last answer when the time is over. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  wanted: (answer: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`still not so after ${timeoutMs} ms: ${JSON.stringify(answer)?.slice(0, 2000)}`);
    }
    await delay(50);
  }
}
