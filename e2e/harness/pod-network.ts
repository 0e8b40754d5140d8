import { openRelay } from './relay.ts';
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
  const relay = await openRelay({ to: { host: '127.0.0.1', port }, host });
  return { host, port: relay.port, [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose]() };
}
