import { runProgram } from './run-program.ts';
import { type ServerPlace, ServerProcess } from './server-process.ts';

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

export interface EtcdOptions {
  /** The name of the data folder, in a folder of the server's own. */
  readonly dataFolderName?: string;
  /** TLS with one self-signed certificate, which clients must show too. */
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
}

/** A new etcd of one member on a free loopback port. */
export async function startEtcd({ dataFolderName = 'data', tls }: EtcdOptions = {}): Promise<Etcd> {
  const endpointOf = ({ port }: ServerPlace) => `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`;
  const etcdctl = (place: ServerPlace, args: readonly string[], input = '') =>
    runProgram('etcdctl', [`--endpoints=${endpointOf(place)}`, ...clientTls(tls), ...args], {
      input,
      env: { ETCDCTL_API: '3' },
    });
  const server = await ServerProcess.start({
    program: 'etcd',
    args: (place) => [
      ...[`--data-dir=${place.folder}/${dataFolderName}`, `--listen-client-urls=${endpointOf(place)}`],
      ...[`--advertise-client-urls=${endpointOf(place)}`, '--listen-peer-urls=http://127.0.0.1:0'],
      ...serverTls(tls),
    ],
    probe: (place) => etcdctl(place, ['endpoint', 'health']),
  });
  return {
    endpoint: endpointOf(server),
    dataFolder: `${server.folder}/${dataFolderName}`,
    etcdctl: (args, input) => etcdctl(server, args, input),
    stop: () => server.stop(),
    start: () => server.start(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function clientTls(tls: EtcdOptions['tls']): readonly string[] {
  if (tls === undefined) return [];
  const { certificateFile, keyFile } = tls;
  return [`--cacert=${certificateFile}`, `--cert=${certificateFile}`, `--key=${keyFile}`];
}

function serverTls(tls: EtcdOptions['tls']): readonly string[] {
  if (tls === undefined) return [];
  const { certificateFile, keyFile } = tls;
  return [
    `--trusted-ca-file=${certificateFile}`,
    `--cert-file=${certificateFile}`,
    `--key-file=${keyFile}`,
    '--client-cert-auth',
  ];
}
