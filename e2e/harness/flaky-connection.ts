import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on which every connection breaks after some bytes. */
export interface FlakyConnection extends AsyncDisposable {
  readonly url: string;
  /** How many connections broke. */
  broken(): number;
}

export async function aFlakyConnection(url: string, bytesPerConnection: number): Promise<FlakyConnection> {
  const far = new URL(url);
  const connections = new Set<Socket>();
  let broken = 0;
  const near = createServer((socket) => {
    const onward = connect(Number(far.port), far.hostname);
    let left = bytesPerConnection;
    const reset = () => {
      for (const end of [socket, onward]) {
        connections.delete(end);
        end.destroy();
      }
    };
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      connections.add(from);
      from.on('error', reset).on('close', reset);
      from.on('data', (bytes: Buffer) => {
        left -= bytes.length;
        if (left < 0) {
          broken += 1;
          reset();
        } else if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    }
  });
  await once(near.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(near.address() as AddressInfo).port}`,
    broken: () => broken,
    [Symbol.asyncDispose]: async () => {
      near.close();
      for (const socket of connections) {
        socket.destroy();
      }
      await once(near, 'close');
    },
  };
}
