import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens to a connection after so many bytes went one way. */
export interface TcpFault {
  readonly direction: 'to-server' | 'to-client';
  readonly afterBytes: number;
  /** `reset`: RST at both ends; `end`: a polite end at both, in the middle. */
  readonly kind: 'reset' | 'end';
}

export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** For connections that begin from now on; undefined: everything passes. */
  fault: TcpFault | undefined;
}

/** A proxy between a client and a server that breaks connections on purpose. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const { port, pathname } = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    const { fault } = proxy;
    relay(client, upstream, fault?.direction === 'to-server' ? fault : undefined);
    relay(upstream, client, fault?.direction === 'to-client' ? fault : undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: TcpProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname.replace(/\/$/, '')}`,
    fault: undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

function relay(from: Socket, to: Socket, fault: TcpFault | undefined): void {
  let passed = 0;
  from.on('data', (chunk) => {
    const left = fault ? fault.afterBytes - passed : chunk.length;
    const piece = chunk.subarray(0, Math.max(0, left));
    passed += chunk.length;
    if (!to.write(piece)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    if (fault && passed > fault.afterBytes) {
      strike(fault, from, to);
    }
  });
  from.on('end', () => to.end());
  from.on('close', () => to.destroy());
}

function strike({ kind }: TcpFault, from: Socket, to: Socket): void {
  for (const socket of [from, to]) {
    if (kind === 'reset') {
      socket.resetAndDestroy();
    } else {
      socket.end();
    }
  }
}
