import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Component, componentNames } from '../../scripts/release/component-set.ts';
import { type Components, executable } from '../harness/component-set.ts';
import { eventually } from '../harness/eventually.ts';
import type { Part } from '../harness/parts.ts';
import { run } from '../harness/process.ts';
import { partsAreGiven } from '../harness/settings.ts';
import { startWorld } from '../harness/world.ts';

const crds = join(import.meta.dirname, '../../charts/crds');
const healthKey = 'the health key of this scenario alone';
/** Long enough for whatever is done once after the start, such as the first lists and the first clean-up. */
const steadyMs = 10_000;

// Charts are to install server and controller here; until there are, processes of this machine are what runs.
it.skipIf(partsAreGiven(process.env))(
  'the components of the set install, get ready and stay so',
  async () => {
    await using world = await startWorld({ server: { env: { BR_HEALTH_CHECK_KEY: healthKey } } });
    const { kubectl, components } = world;

    for (const name of await definedKinds()) {
      await kubectl.run(['wait', '--for=condition=Established', `crd/${name}`, '--timeout=30s']);
    }
    for (const component of componentNames) {
      const said = await run([...executable(components.checkouts, component), '--version']);
      expect(said.trim(), `the version that ${component} says`).toBe(await versionOf(components, component));
    }
    // Something to do, so that it is not idleness that goes well.
    await world.aUserAndACollection('files');
    await world.iScheduleABackup('files', { template: 'tar', params: { path: '/data' } });
    await kubectl.run([
      'wait',
      '--for=condition=Ready',
      'scheduledbackups/files',
      '-n',
      world.namespace,
      '--timeout=60s',
    ]);

    const ready = `${world.repository.url}/ready?code=${encodeURIComponent(healthKey)}`;
    const endpoints = [ready, `${world.controllerProbes}/healthz`, `${world.controllerProbes}/readyz`];
    await Promise.all([
      staysHealthy('the server', world.server, endpoints.slice(0, 1)),
      staysHealthy('the controller', world.controller, endpoints.slice(1)),
    ]);
  },
);

async function definedKinds(): Promise<readonly string[]> {
  const files = await readdir(crds);
  return Promise.all(
    files.map(async (file) => parse(await readFile(join(crds, file), 'utf8')).metadata.name as string),
  );
}

/** A tag says its version; what is in a checkout has the one of its package.json. */
async function versionOf({ set, checkouts }: Components, component: Component): Promise<string> {
  const text = await readFile(join(checkouts[component], 'package.json'), 'utf8');
  return set[component] === 'main' ? JSON.parse(text).version : set[component].slice(1);
}

/** Until it has run for long enough; fails at once when it ends, is unhealthy or logs an error. */
async function staysHealthy(what: string, part: Part, endpoints: readonly string[]): Promise<void> {
  await eventually(`${what} has run for ${steadyMs / 1000} s`, async () => {
    const since = part.runningSince();
    expect(since, `${what} has ended, after it had started`).toBeDefined();
    for (const url of endpoints) {
      const response = await fetch(url);
      expect(response.status, `${new URL(url).pathname} of ${what}: ${await response.text()}`).toBe(200);
    }
    expect(await part.errors(), `errors in the log of ${what}`).toEqual([]);
    return Date.now() - (since ?? 0) >= steadyMs ? true : undefined;
  });
}
