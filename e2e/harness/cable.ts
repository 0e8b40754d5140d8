import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { parse, stringify } from 'yaml';

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
  const farPort = Number(far.port);
  const connections = new Set<Socket>();
  let isCut = false;
  let refused = 0;
  const near = createServer((socket) => {
    if (isCut) {
      refused += 1;
      socket.destroy();
      return;
    }
    carry(socket, connect(farPort, far.hostname), connections);
  });
  await once(near.listen(0, '127.0.0.1'), 'listening');
  far.port = String((near.address() as AddressInfo).port);
  // The host stays: the certificate names it. Scenarios with a cable have an API server on loopback.
  cluster.server = far.href;
  const file = `${kubeconfig}.cable`;
  await writeFile(file, stringify(config), { mode: 0o600 });
  const cut = () => {
    isCut = true;
    refused = 0;
    for (const connection of connections) connection.destroy();
  };
  return {
    kubeconfig: file,
    cut,
    mend: () => {
      isCut = false;
    },
    refused: () => refused,
    [Symbol.asyncDispose]: async () => {
      cut();
      near.close();
      await once(near, 'close');
    },
  };
}

function carry(near: Socket, far: Socket, connections: Set<Socket>): void {
  connections.add(near);
  // Either end may break at any time, above all when the scenario wants it to; the other one follows.
  pipeline(near, far, near, () => connections.delete(near));
}
