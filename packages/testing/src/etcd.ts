import { runProgram } from './run-program.ts';
import { ServerProcess } from './server-process.ts';

export interface Etcd extends AsyncDisposable {
  readonly endpoint: string;
  /** The member's data folder: what a restore writes while the member is stopped. */
  readonly dataFolder: string;
  /** Runs etcdctl with these arguments; gives what it printed. */
  etcdctl(args: readonly string[], input?: string): Promise<string>;
  stop(): Promise<void>;
  /** Starts it again after `stop`, with what is in its data folder. */
  start(): Promise<void>;
}

/** A new etcd of one member on a free loopback port. */
export async function startEtcd(): Promise<Etcd> {
  const endpointOf = ({ port }: { readonly port: number }) => `http://127.0.0.1:${port}`;
  const etcdctl = (place: { readonly port: number }, args: readonly string[], input = '') =>
    runProgram('etcdctl', [`--endpoints=${endpointOf(place)}`, ...args], {
      input,
      env: { ETCDCTL_API: '3' },
    });
  const server = await ServerProcess.start({
    program: 'etcd',
    args: ({ folder, port }) => [
      ...['--data-dir', `${folder}/data`, '--listen-client-urls', endpointOf({ port })],
      ...['--advertise-client-urls', endpointOf({ port }), '--listen-peer-urls', 'http://127.0.0.1:0'],

      '--unsafe-no-fsync',
    ],
    probe: (place) => etcdctl(place, ['endpoint', 'health']),
  });
  return {
    endpoint: endpointOf(server),
    dataFolder: `${server.folder}/data`,
    etcdctl: (args, input) => etcdctl(server, args, input),
    stop: () => server.stop(),
    start: () => server.start(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
