import { type InputOption, type Plugin, type RolldownBuild, rolldown } from 'rolldown';

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
      // No line moves, so the source map of before is right.
      return { code: code.replaceAll(loading, "require('eckey-utils')"), map: null };
    },
  },
};

/** Programs with all of their modules, to be written and closed. */
export function bundle(input: InputOption): Promise<RolldownBuild> {
  return rolldown({
    input,
    platform: 'node',
    // Optional, and native: pg does without.
    external: ['pg-native', 'pg-cloudflare'],
    plugins: [bundleEcKeys],
    checks: { pluginTimings: false },
  });
}

/** Write a program with all of its modules as one CommonJS file: an executable takes no other. */
export async function writeBundle(entry: string, file: string): Promise<void> {
  const build = await bundle(entry);
  await build.write({ file, format: 'cjs', codeSplitting: false, minify: true });
  await build.close();
}
