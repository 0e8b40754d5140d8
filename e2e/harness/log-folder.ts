import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, onTestFailed } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { tailOf } from './process.ts';

/** What a person would look at: never Secrets. */
const kindsWorthKeeping =
  'scheduledbackups,requestedbackupactions,cronjobs,jobs,pods,events,backupcollections,backupusers';

/**
 * A new folder in `.build/logs` for the logs of the scenario that runs, named after it; when it fails, the ends of
 * the logs are shown. A world that several scenarios of a file share has a folder named after the file alone, and
 * they call `showLogsOnFailure` themselves.
 */
export async function openLogFolder(root: string): Promise<string> {
  const { testPath = 'scenario', currentTestName } = expect.getState();
  // One run on each kind of cluster must not take the place of another's logs.
  const ofCluster = join(root, '.build/logs', slug(process.env.E2E_CLUSTER ?? 'cluster'));
  const ofFile = join(ofCluster, slug(basename(testPath, '.test.ts')));
  const folder = currentTestName === undefined ? ofFile : join(ofFile, slug(currentTestName));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  if (currentTestName !== undefined) {
    showLogsOnFailure(folder);
  }
  return folder;
}

export function showLogsOnFailure(folder: string): void {
  onTestFailed(() => showLogs(folder));
}

/** Write down the objects of a namespace, and what its pods printed, before the namespace goes. */
export async function keepObjects(kubectl: Kubectl, namespace: string, folder: string): Promise<void> {
  // Whatever keeps this from working is no failure of the scenario; the file says it.
  const keep = async (file: string, ...args: readonly string[]) => {
    const text = await kubectl.run([...args, '-n', namespace]).catch(String);
    await writeFile(join(folder, file), text, { mode: 0o600 });
    return text;
  };
  await keep('objects.yaml', 'get', kindsWorthKeeping, '-o', 'yaml');
  const pods = await kubectl.list('pods', namespace).catch(() => []);
  await Promise.all(
    pods.map(({ metadata: { name } }) => keep(`pod-${name}.log`, 'logs', name, '--all-containers')),
  );
}

/** What happened, for who reads a failed scenario. */
async function showLogs(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  for (const name of names) {
    process.stderr.write(`\n== end of ${join(folder, name)}\n${await tailOf(join(folder, name))}\n`);
  }
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
}
