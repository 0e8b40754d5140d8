import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'postject';
import { type Plugin, rolldown } from 'rolldown';

/**
 * Builds `backup-maker`, with `bmg` and `pgbr` as links to it, as one executable that needs no Node.js: a copy of
 * the Node.js that runs this, with the program inside (https://nodejs.org/api/single-executable-applications.html).
 *
 * node scripts/binaries/build.ts [folder, by default .build/binaries]
 */
const target = process.argv[2] ?? join(import.meta.dirname, '../../.build/binaries');
const executable = join(target, 'backup-maker');
const bundle = join(target, 'bundle.cjs');
const blob = join(target, 'bundle.blob');
const configuration = join(target, 'sea-config.json');

/** What Node.js looks for in its own file. */
const resource = 'NODE_SEA_BLOB';
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Buffers live for milliseconds here. With a small nursery they are freed by its frequent cheap collections, not
 * by marking the whole heap: measured 20% less CPU time and 112 instead of 155 MiB.
 */
const smallNursery = '--max-semi-space-size=1';

/**
 * Each request of a long upload leaves some garbage that outlives the nursery. Left to itself, V8 collects it when the
 * heap has doubled and more: 30 MiB after 20 GiB. Above 32 MiB, which the start must not pay for, it does so at
 * half as much again; such collections are too rare to cost anything.
 */
const slowGrowth = ['--initial-old-space-size=32', '--heap-growing-percent=50'];

/**
 * OpenPGP.js loads `eckey-utils` when it meets a Brainpool key, by a `require` of its own making, which no bundler
 * follows. Were it gone one day, the build must say so: the executable would refuse those keys.
 */
const bundleEcKeys: Plugin = {
  name: 'bundle-eckey-utils',
  transform: {
    filter: { id: /[/\\]openpgp[/\\]dist[/\\]node[/\\]/ },
    handler(code) {
      const loading = "util.nodeRequire('eckey-utils')";
      if (!code.includes(loading)) {
        throw new Error(`OpenPGP.js holds no ${loading} any more: look how it loads it now`);
      }
      return code.replaceAll(loading, "require('eckey-utils')");
    },
  },
};

await mkdir(target, { recursive: true });
await writeBundle();
await writeFile(
  configuration,
  JSON.stringify({
    main: bundle,
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    execArgv: [smallNursery, ...slowGrowth],
  }),
);
execFileSync(process.execPath, ['--experimental-sea-config', configuration], { stdio: 'inherit' });
await copyFile(process.execPath, executable);
await chmod(executable, 0o755);
// Debug symbols are a fifth of the file and of no use here.
execFileSync('strip', [executable], { stdio: 'inherit' });
await inject(executable, resource, await readFile(blob), { sentinelFuse: fuse });
for (const name of ['bmg', 'pgbr']) {
  await rm(join(target, name), { force: true });
  await symlink('backup-maker', join(target, name));
}
for (const file of [bundle, blob, configuration]) {
  await rm(file);
}

async function writeBundle(): Promise<void> {
  const build = await rolldown({
    input: join(import.meta.dirname, 'entry.ts'),
    platform: 'node',
    // Optional, and native: pg does without.
    external: ['pg-native', 'pg-cloudflare'],
    plugins: [bundleEcKeys],
    checks: { pluginTimings: false },
  });
  await build.write({ file: bundle, format: 'cjs', codeSplitting: false, minify: true });
  await build.close();
}
