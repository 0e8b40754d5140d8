import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { readSettings, type Settings } from './settings.ts';

export interface Endpoint extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** A server that listens on the loopback alone, such as a database of a scenario, as pods reach it. */
export async function reachableFromPods(
  port: number,
  { hostForPods: host }: Pick<Settings, 'hostForPods'> = readSettings(process.env),
): Promise<Endpoint> {
  if (host === '127.0.0.1') {
    return { host, port, [Symbol.asyncDispose]: async () => undefined };
  }
  const open = new Set<Socket>();
  const relay = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    for (const socket of [incoming, outgoing]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
    // Either side may end early; the other then sees that its connection broke, as it would without the relay.
    pipeline(incoming, outgoing, incoming, () => undefined);
  });
  relay.listen(0, host);
  await once(relay, 'listening');
  return {
    host,
    port: (relay.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) {
        socket.destroy();
      }
      relay.close();
      await once(relay, 'close');
    },
  };
}
