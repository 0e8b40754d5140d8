import { openRelay } from './relay.ts';

/** A way to a server on which every connection breaks after some bytes. */
export interface FlakyConnection extends AsyncDisposable {
  readonly url: string;
  /** How many connections broke. */
  broken(): number;
}

export async function aFlakyConnection(url: string, bytesPerConnection: number): Promise<FlakyConnection> {
  const { hostname: host, port } = new URL(url);
  let broken = 0;
  const relay = await openRelay({
    to: { host, port: Number(port) },
    onConnection: (near, far) => {
      let left = bytesPerConnection;
      for (const end of [near, far]) {
        end.on('data', ({ length }: Buffer) => {
          left -= length;
          if (left < 0 && !near.destroyed) {
            broken += 1;
            near.destroy();
          }
        });
      }
    },
  });
  return {
    url: `http://127.0.0.1:${relay.port}`,
    broken: () => broken,
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}
