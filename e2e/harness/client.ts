import { join } from 'node:path';
import { executable } from './component-set.ts';
import { run } from './process.ts';
import type { World } from './world.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `backup-maker` of the set, run on this machine by the user of a scenario, with a key pair of its own. */
export interface Client {
  /** Where the server is, and who may use it. */
  readonly env: Environment;
  /** Store what a shell command prints. */
  make(command: string, env?: Environment): Promise<void>;
  /** What a version holds. */
  download(version: string): Promise<string>;
  /** Feed the latest version to a shell command, and give what that prints. */
  restore(command: string, env?: Environment): Promise<string>;
}

/** A client for the collection of this name; its keys are made in a folder, as `NAME.pub.asc` and `NAME.key.asc`. */
export async function aClient(
  world: World,
  name: string,
  folder: string,
  keyName = 'client',
): Promise<Client> {
  const program = [...executable(world.components.checkouts, 'backup-maker'), '--no-progress'];
  const keys = join(folder, keyName);
  const privateKey = ['-p', `${keys}.key.asc`];
  await run([...program, 'keygen', '--email', 'ops@example.org', '--output', keys]);
  const env = {
    ...process.env,
    BM_URL: world.repository.url,
    BM_COLLECTION_ID: world.collectionOf(name),
    BM_AUTH_TOKEN: await world.token(),
  };
  const runWith = (args: readonly string[], more: Environment = {}) =>
    run([...program, ...args], { env: { ...env, ...more } });
  return {
    env,
    make: async (command, more) => {
      await runWith(['make', '--key', `${keys}.pub.asc`, '-c', command], more);
    },
    download: (version) => runWith(['download', ...privateKey, '-s', version]),
    restore: (command, more) => runWith(['restore', ...privateKey, '-c', command], more),
  };
}
