import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Clone, cloneOf, type Edit } from '../../scripts/e2e/clone.ts';
import { gitIn } from '../../scripts/release/git.ts';
import { release } from '../../scripts/release/release.ts';
import { isGivenCluster, partsAreGiven } from '../harness/settings.ts';

const root = resolve(import.meta.dirname, '../..');

/** As before there were resumable uploads: neither the server has them nor does the client ask for them. */
const olderWire: readonly Edit[] = [
  {
    file: 'packages/server/src/http/server.ts',
    find: '  addResumableUploadRoutes(app, repository);\n',
    replace: '  // no resumable uploads yet\n',
  },
  {
    file: 'packages/client/src/transfer/upload.ts',
    find: 'await retrying(() => createUploadSession(server, options), startRetry(server, options))',
    replace: 'undefined as UploadSession | undefined',
  },
];
const newerWire = olderWire.map(({ file, find, replace }) => ({ file, find: replace, replace: find }));
/** Each pair is a run of its own. */
const twoRunsTimeoutMs = 600_000;
/** Versions of the components, and a backup and a restore of a real database. */
const scenarios = ['components', 'postgres'];

it.skipIf(partsAreGiven(process.env))(
  'a server of an older release works with a newer client and controller, and the other way round',
  { timeout: twoRunsTimeoutMs },
  async ({ skip }) => {
    skip(isGivenCluster(process.env), 'needs the embedded cluster: pods run the client of each checkout');
    await using clone = await cloneOf(root, 'release-0.0');
    await clone.edit(olderWire);
    await clone.commit('refactor: uploads as they were before they could be resumed');
    await releaseFrom(clone, 'v0.0.1');
    await clone.edit(newerWire);
    await clone.commit('feat: resumable uploads');
    await releaseFrom(clone, 'v0.0.2');

    await clone.use({ server: 'v0.0.1', controller: 'main', 'backup-maker': 'main' });
    await expectToPass(clone);
    expect(await logOf(clone, 'pod-backup-*.log'), 'what a newer client says of an older server').toContain(
      'cannot resume uploads',
    );

    await clone.use({ server: 'v0.0.2', controller: 'v0.0.1', 'backup-maker': 'v0.0.1' });
    await expectToPass(clone);
    expect(await logOf(clone, 'server.log'), 'how an older client stores a version').toMatch(
      /"method":"POST","url":"[^"]*\/version"/,
    );
  },
);

async function expectToPass(clone: Clone): Promise<void> {
  const { passed, output } = await clone.runScenarios(...scenarios);
  expect(passed, output).toBe(true);
}

async function releaseFrom(clone: Clone, version: string): Promise<void> {
  await release({
    folder: clone.folder,
    git: gitIn(clone.folder),
    version,
    dryRun: false,
    date: new Date().toISOString().slice(0, 10),
    // The set of this checkout is what runs here.
    test: async () => undefined,
    print: () => undefined,
  });
}

async function logOf(clone: Clone, pattern: string): Promise<string> {
  let text = '';
  for await (const file of glob(`.build/logs/*/postgres/*/${pattern}`, { cwd: clone.folder })) {
    text += await readFile(join(clone.folder, file), 'utf8');
  }
  return text;
}
