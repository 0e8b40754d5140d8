import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** Where a kubeconfig's current context leads, and who asks there. */
export interface Connection {
  readonly server: string;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  /** `insecure-skip-tls-verify`: whoever wrote the kubeconfig trusts any certificate. */
  readonly trustsAny: boolean;
}

interface Named {
  readonly name: string;
  readonly [part: string]: unknown;
}

type Fields = Readonly<Record<string, string | undefined>>;

export async function readKubeconfig(file: string): Promise<Connection> {
  const config = parse(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
  const find = (list: string, name: string, part: string): Fields => {
    const found = (config[list] as readonly Named[]).find((one) => one.name === name);
    return (found?.[part] ?? {}) as Fields;
  };
  const context = find('contexts', String(config['current-context']), 'context');
  const cluster = find('clusters', context.cluster ?? '', 'cluster');
  const user = find('users', context.user ?? '', 'user');
  return {
    server: cluster.server ?? '',
    ca: await material(cluster, 'certificate-authority'),
    cert: await material(user, 'client-certificate'),
    key: await material(user, 'client-key'),
    token: user.token,
    trustsAny: String(cluster['insecure-skip-tls-verify']) === 'true',
  };
}

/** Certificates and keys are in the file itself or in one beside it. */
async function material(fields: Fields, name: string): Promise<string | undefined> {
  const data = fields[`${name}-data`];
  if (data !== undefined) {
    return Buffer.from(data, 'base64').toString('utf8');
  }
  const file = fields[name];
  return file === undefined ? undefined : readFile(file, 'utf8');
}
