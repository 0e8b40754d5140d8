import { stringify } from 'yaml';

export interface KubeconfigOptions {
  readonly url: string;
  readonly token: string;
  /** The server's certificate, PEM: it vouches for itself. */
  readonly certificate: string;
}

/** A kubeconfig for one server and one token. */
export function kubeconfig({ url, token, certificate }: KubeconfigOptions): string {
  const name = 'embedded-cluster';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(certificate, 'utf8').toString('base64'),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  });
}
