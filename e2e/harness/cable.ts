import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { parse, stringify } from 'yaml';

/** The connection between a process and an API server, for scenarios to break. */
export interface Cable extends AsyncDisposable {
  /** A kubeconfig whose server is the near end of the cable. */
  readonly kubeconfig: string;
  /** Connections end at once, and new ones are refused. */
  cut(): void;
  /** Connections stay open and carry nothing more, as behind a firewall that forgot them; new ones work. */
  silence(): void;
  /** New connections work again. */
  mend(): void;
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
  const connections = new Set<Connection>();
  let isCut = false;
  const near = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const connection = carry(socket, connect(Number(far.port), far.hostname));
    connections.add(connection);
    connection.onceClosed(() => connections.delete(connection));
  });
  await once(near.listen(0, '127.0.0.1'), 'listening');
  far.port = String((near.address() as AddressInfo).port);
  // The host stays: the certificate names it. Scenarios with a cable have an API server on loopback.
  cluster.server = far.href;
  const file = `${kubeconfig}.cable`;
  await writeFile(file, stringify(config), { mode: 0o600 });
  const cut = () => {
    isCut = true;
    for (const connection of connections) connection.destroy();
  };
  return {
    kubeconfig: file,
    cut,
    silence: () => {
      for (const connection of connections) connection.silence();
    },
    mend: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      near.close();
      await once(near, 'close');
    },
  };
}

interface Connection {
  destroy(): void;
  silence(): void;
  onceClosed(listener: () => void): void;
}

function carry(near: Socket, far: Socket): Connection {
  const destroy = () => {
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) {
    socket.on('error', destroy).on('close', destroy);
  }
  near.pipe(far);
  far.pipe(near);
  return {
    destroy,
    silence: () => {
      near.unpipe(far).resume();
      far.unpipe(near).resume();
    },
    onceClosed: (listener) => near.once('close', listener),
  };
}
