import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient } from '@backup-maker/api';
import type { KubeClient } from '@backup-maker/kube';
import { Failure, formatBytes, formatDuration, Secret } from '@backup-maker/model';
import { stringify } from 'yaml';
import { applyDefinitions } from '../apply.ts';
import { parseDefinitions } from '../definitions.ts';
import type { DataSet } from './data-set.ts';
import { account, action, collection, demoNamespace } from './objects.ts';
import { waitForAction } from './wait-for-action.ts';

/** The longest that one backup or restore of the demo's few megabytes may take. */
const actionTimeoutSeconds = 120;

export interface DemoOptions {
  readonly client: KubeClient;
  readonly repositoryUrl: string;
  /** Gets the YAML that is applied, one file a step. */
  readonly definitionsFolder: string;
  readonly dataSets: readonly DataSet[];
  /** The base64 of an Argon2id string, as `backup-repository --encode-password` prints it. */
  readonly encodePassword: (password: Secret) => Promise<string>;
  readonly report: (line: string) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** One row of the table that the demo prints. */
export interface RoundTrip {
  readonly title: string;
  readonly content: string;
  readonly storedBytes: number;
  readonly versionNumber: number;
  readonly backupMs: number;
  readonly restoreMs: number;
}

const userName = 'demo';

/**
 * Back up, damage, restore and compare every data set, the way a user would: by applying YAML.
 * @throws Failure that says which step went wrong; `integrity` where restored data differ
 */
export async function runDemo(options: DemoOptions): Promise<readonly RoundTrip[]> {
  const password = new Secret(randomBytes(18).toString('base64url'));
  const apply = applier(options);
  await apply(
    'account',
    account({ userName, password, encodedPassword: await options.encodePassword(password) }),
  );
  const trips: RoundTrip[] = [];
  for (const dataSet of options.dataSets) {
    trips.push(await roundTrip(options, apply, dataSet, password));
  }
  return trips;
}

type Apply = (step: string, objects: readonly Readonly<Record<string, unknown>>[]) => Promise<void>;

/** Writes what is applied to a file, and applies what the file says. */
function applier({ client, definitionsFolder }: DemoOptions): Apply {
  let number = 0;
  return async (step, objects) => {
    number += 1;
    const text = objects.map((object) => stringify(object)).join('---\n');
    const file = join(definitionsFolder, `${number}-${step}.yaml`);
    await mkdir(definitionsFolder, { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
    await applyDefinitions(client, parseDefinitions(text, file));
  };
}

async function roundTrip(
  options: DemoOptions,
  apply: Apply,
  dataSet: DataSet,
  password: Secret,
): Promise<RoundTrip> {
  const { name, title } = dataSet;
  const timed = async (operation: 'backup' | 'restore') => {
    const started = options.now();
    await apply(`${operation}-${name}`, [action(operation, name)]);
    await waitForAction({
      client: options.client,
      namespace: demoNamespace,
      name: `${operation}-${name}`,
      timeoutSeconds: actionTimeoutSeconds,
      signal: options.signal,
    });
    return options.now() - started;
  };

  const before = await dataSet.summarize();
  options.report(`${title}: backing up ${before.content}`);
  await apply(`collection-${name}`, [collection(name, userName, dataSet.filenameTemplate)]);
  await apply(`scheduled-backup-${name}`, dataSet.definitions(options.repositoryUrl));
  const backupMs = await timed('backup');
  const version = await latestVersion(options, name, password);

  await dataSet.damage();
  const damaged = await dataSet.summarize();
  if (damaged.digest === before.digest) {
    throw new Failure('internal', `${title}: the damage changed nothing, so the restore would prove nothing`);
  }
  options.report(`${title}: damaged, ${damaged.content} left; restoring version ${version.versionNumber}`);
  const restoreMs = await timed('restore');
  const after = await dataSet.summarize();
  if (after.digest !== before.digest) {
    throw new Failure(
      'integrity',
      `${title}: what was restored differs: ${after.content} instead of ${before.content}`,
    );
  }
  options.report(
    `${title}: every byte is back, in ${formatDuration(backupMs + restoreMs)}, from ${formatBytes(version.filesize)} stored`,
  );
  return {
    title,
    content: before.content,
    storedBytes: version.filesize,
    versionNumber: version.versionNumber,
    backupMs,
    restoreMs,
  };
}

async function latestVersion({ repositoryUrl }: DemoOptions, name: string, password: Secret) {
  const url = new URL(repositoryUrl);
  const { token } = await createApiClient({ url, fetch }).login({
    username: userName,
    password: password.reveal(),
    expiresIn: '5m',
  });
  const client = createApiClient({ url, fetch, token: new Secret(token) });
  const { versions } = await client.call('versions', { params: { collection: name } });
  const latest = versions.at(-1);
  if (latest === undefined) {
    throw new Failure('not-found', `the action for ${name} is complete, yet its collection has no version`);
  }
  return latest;
}
