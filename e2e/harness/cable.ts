import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { openRelay } from './relay.ts';

/** The connection between a process and an API server, for scenarios to break. */
export interface Cable extends AsyncDisposable {
  /** A kubeconfig whose server is the near end of the cable. */
  readonly kubeconfig: string;
  /** Connections end at once, and new ones are refused. */
  cut(): void;
  /** New connections work again. */
  mend(): void;
  /** How many connections were refused since the cut. */
  refused(): number;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string } }[];
}

/** Lay a cable to the API server of a kubeconfig; the other kubeconfig is written beside it. */
export async function layCable(kubeconfig: string): Promise<Cable> {
  const config: Kubeconfig = parse(await readFile(kubeconfig, 'utf8'));
  const cluster = config.clusters[0]?.cluster;
  if (cluster === undefined) {
    throw new Error(`${kubeconfig} names no cluster`);
  }
  const far = new URL(cluster.server);
  let isCut = false;
  let refused = 0;
  const admit = () => {
    refused += isCut ? 1 : 0;
    return !isCut;
  };
  const relay = await openRelay({ to: { host: far.hostname, port: Number(far.port) }, admit });
  far.port = String(relay.port);
  // The host stays: the certificate names it. Scenarios with a cable have an API server on loopback.
  cluster.server = far.href;
  const file = `${kubeconfig}.cable`;
  await writeFile(file, stringify(config), { mode: 0o600 });
  return {
    kubeconfig: file,
    cut: () => {
      isCut = true;
      refused = 0;
      relay.breakAll();
    },
    mend: () => {
      isCut = false;
    },
    refused: () => refused,
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}
