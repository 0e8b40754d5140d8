import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

export interface RelayOptions {
  readonly to: { readonly host: string; readonly port: number };
  /** Where it listens; the loopback by default. */
  readonly host?: string;
  /** Whether a new connection is taken; all of them by default. */
  readonly admit?: () => boolean;
  /** Told of each connection with both its ends: whoever destroys one end breaks it. */
  readonly onConnection?: (near: Socket, far: Socket) => void;
}

/** Carries connections from a port of its own to a server. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** End all connections at once. */
  breakAll(): void;
}

export async function openRelay({
  to,
  host = '127.0.0.1',
  admit,
  onConnection,
}: RelayOptions): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    if (admit?.() === false) {
      near.destroy();
      return;
    }
    const far = connect(to.port, to.host);
    open.add(near);
    onConnection?.(near, far);
    // Either end may break at any time, above all when the scenario wants it to; the other one follows.
    pipeline(near, far, near, () => open.delete(near));
  });
  await once(server.listen(0, host), 'listening');
  const breakAll = () => {
    for (const near of open) near.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    breakAll,
    [Symbol.asyncDispose]: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
