import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens to what a connection carries one way, once. */
export interface TcpFault {
  readonly direction: 'to-server' | 'to-client';
  /** After so many bytes of a connection, or before the first piece that has this text in it. */
  readonly at: number | string;
  /**
   * `reset`: RST at both ends; `end`: a polite end at both, in the middle; `stall`: nothing passes any more, and nobody
   * is told; `duplicate`: the piece passes twice.
   */
  readonly kind: 'reset' | 'end' | 'stall' | 'duplicate';
}

export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** undefined: everything passes. Connections that are stalled stay so. */
  fault: TcpFault | undefined;
  /** How often a fault has happened. */
  readonly strikes: number;
}

/** A proxy between a client and a server that breaks connections on purpose. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const { port, pathname } = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let strikes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    const strikeAt = (direction: TcpFault['direction']) => (passed: number, chunk: Buffer) => {
      const { fault } = proxy;
      const offset = fault?.direction === direction ? offsetOf(fault.at, passed, chunk) : -1;
      if (!fault || offset < 0) {
        return undefined;
      }
      strikes += 1;
      return { kind: fault.kind, offset };
    };
    relay(client, upstream, strikeAt('to-server'));
    relay(upstream, client, strikeAt('to-client'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: TcpProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname.replace(/\/$/, '')}`,
    fault: undefined,
    get strikes() {
      return strikes;
    },
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

/** Where in a chunk a fault strikes; negative when it does not. */
function offsetOf(at: number | string, passed: number, chunk: Buffer): number {
  if (typeof at === 'string') {
    return chunk.indexOf(at);
  }
  return passed <= at && passed + chunk.length > at ? at - passed : -1;
}

interface Strike {
  readonly kind: TcpFault['kind'];
  readonly offset: number;
}

function relay(
  from: Socket,
  to: Socket,
  strikeAt: (passed: number, chunk: Buffer) => Strike | undefined,
): void {
  let passed = 0;
  const send = (piece: Buffer) => {
    if (!to.write(piece)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  };
  const carry = (chunk: Buffer) => {
    const strike = strikeAt(passed, chunk);
    passed += chunk.length;
    if (!strike) {
      send(chunk);
      return;
    }
    const { kind, offset } = strike;
    send(chunk.subarray(0, offset));
    switch (kind) {
      case 'duplicate':
        send(chunk.subarray(offset));
        send(chunk.subarray(offset));
        return;
      case 'stall':
        from.off('data', carry).pause();
        return;
      case 'reset':
        from.resetAndDestroy();
        to.resetAndDestroy();
        return;
      case 'end':
        from.end();
        to.end();
        return;
      default:
        kind satisfies never;
    }
  };
  from.on('data', carry);
  from.on('end', () => to.end());
  from.on('close', () => to.destroy());
}
