import { access } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubeError } from './error.ts';
import { type Credentials, httpTransport, type Transport } from './transport.ts';

/** Where the API server is, and as whom to talk to it. */
export type ConnectionOptions =
  | { readonly type: 'address'; readonly server: string; readonly token?: string; readonly ca?: string }
  | { readonly type: 'file'; readonly path: string; readonly context?: string | undefined }
  | { readonly type: 'text'; readonly kubeconfig: string; readonly context?: string | undefined }
  | { readonly type: 'in-cluster' };

export interface Connection {
  readonly server: string;
  /** The namespace of the kubeconfig's context, or of our own pod. */
  readonly namespace: string | undefined;
  readonly transport: Transport;
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Tokens of exec plugins and service accounts rotate; asking for them on every request would read files each time. */
const credentialsMaxAgeMs = 60_000;

const agentOptions = { keepAlive: true, maxSockets: 256, maxFreeSockets: 16 };

/** Open a connection: reads the kubeconfig, sends nothing yet. Fails with code `configuration`. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  if (options.type === 'address') {
    return connectToAddress(options.server, options.token, options.ca);
  }
  try {
    return fromKubeConfig(await loadKubeConfig(options));
  } catch (error) {
    throw new KubeError('configuration', `cannot use the Kubernetes configuration: ${detailOf(error)}`, {
      cause: error,
    });
  }
}

function connectToAddress(server: string, token: string | undefined, ca: string | undefined): Connection {
  const credentials: Credentials = {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    agent: server.startsWith('https:')
      ? new https.Agent({ ...agentOptions, ...(ca === undefined ? {} : { ca }) })
      : new http.Agent(agentOptions),
  };
  const transport = httpTransport({ server, credentials: async () => credentials });
  return { server, namespace: undefined, transport };
}

async function loadKubeConfig(options: Exclude<ConnectionOptions, { type: 'address' }>): Promise<KubeConfig> {
  // The library takes 0.7 s and 80 MB to load: only those pay who need its kubeconfig reader and its log-in plugins.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  switch (options.type) {
    case 'file':
      config.loadFromFile(options.path);
      break;
    case 'text':
      config.loadFromString(options.kubeconfig);
      break;
    case 'in-cluster':
      await access(serviceAccountToken).catch(() => {
        throw new Error(`this is no pod of a cluster: there is no ${serviceAccountToken}`);
      });
      config.loadFromCluster();
      break;
    default:
      options satisfies never;
  }
  if (options.type !== 'in-cluster' && options.context !== undefined) {
    config.setCurrentContext(options.context);
  }
  return config;
}

function fromKubeConfig(config: KubeConfig): Connection {
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new Error(`context ${JSON.stringify(config.currentContext)} names no cluster`);
  }
  if (cluster.server.startsWith('http:')) {
    // The library refuses plain HTTP unless told so; whether to use it is decided by the kubeconfig's address.
    config.clusters = config.clusters.map((entry) => ({ ...entry, skipTLSVerify: true }));
  }
  return {
    server: cluster.server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    transport: httpTransport({ server: cluster.server, credentials: credentialsOf(config, cluster.server) }),
  };
}

function credentialsOf(config: KubeConfig, server: string): () => Promise<Credentials> {
  let current: { readonly credentials: Promise<Credentials>; readonly expiresAt: number } | undefined;
  let agent: { readonly key: string; readonly value: http.Agent | https.Agent } | undefined;

  async function load(): Promise<Credentials> {
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername, pfx, passphrase } = options;
    const tls = { ca, cert, key, rejectUnauthorized, servername, pfx, passphrase };
    const fingerprint = JSON.stringify(tls);
    if (agent?.key !== fingerprint) {
      const value = config.getCurrentCluster()?.proxyUrl
        ? (options.agent as http.Agent)
        : server.startsWith('https:')
          ? new https.Agent({ ...agentOptions, ...definedOf(tls) })
          : new http.Agent(agentOptions);
      agent = { key: fingerprint, value };
    }
    return { headers: textHeaders(options), agent: agent.value };
  }

  return () => {
    // Date.now is what token expiry is about; nothing here is decided by it.
    if (current === undefined || Date.now() > current.expiresAt) {
      const credentials = load();
      credentials.catch(() => {
        current = undefined;
      });
      current = { credentials, expiresAt: Date.now() + credentialsMaxAgeMs };
    }
    return current.credentials;
  };
}

function definedOf<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function textHeaders(options: https.RequestOptions): Record<string, string> {
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  const basic = options.auth && Buffer.from(options.auth).toString('base64');
  return basic ? { ...headers, authorization: `Basic ${basic}` } : headers;
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
