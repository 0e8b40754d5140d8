import { join } from 'node:path';
import { executable } from './component-set.ts';
import { run } from './process.ts';
import type { World } from './world.ts';

/** `backup-maker` of the set, run on this machine by the user of a scenario, with a key pair of its own. */
export interface Client {
  /** Store what a shell command prints. */
  make(command: string): Promise<void>;
  /** What a version holds. */
  download(version: string): Promise<string>;
}

/** A client for the collection of this name; its keys are made in a folder. */
export async function aClient(world: World, name: string, folder: string): Promise<Client> {
  const program = executable(world.components.checkouts, 'backup-maker');
  const keys = join(folder, 'client');
  await run([...program, 'keygen', '--email', 'e2e@example.org', '--output', keys]);
  const env = {
    ...process.env,
    BM_URL: world.repository.url,
    BM_COLLECTION_ID: world.collectionOf(name),
    BM_AUTH_TOKEN: await world.token(),
  };
  return {
    make: async (command) => {
      await run([...program, '--no-progress', 'make', '--key', `${keys}.pub.asc`, '-c', command], { env });
    },
    download: (version) =>
      run([...program, '--no-progress', 'download', '-p', `${keys}.key.asc`, '-s', version], { env }),
  };
}
