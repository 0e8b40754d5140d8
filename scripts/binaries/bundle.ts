import { type Plugin, rolldown } from 'rolldown';

/**
 * OpenPGP.js loads `eckey-utils` when it meets a Brainpool key, by a `require` of its own making, which no bundler
 * follows. Were it gone one day, the build must say so: the executable would refuse those keys.
 */
export const bundleEcKeys: Plugin = {
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

/** Write a program with all of its modules as one CommonJS file: an executable takes no other. */
export async function writeBundle(entry: string, file: string): Promise<void> {
  const build = await rolldown({
    input: entry,
    platform: 'node',
    // Optional, and native: pg does without.
    external: ['pg-native', 'pg-cloudflare'],
    plugins: [bundleEcKeys],
    checks: { pluginTimings: false },
  });
  await build.write({ file, format: 'cjs', codeSplitting: false, minify: true });
  await build.close();
}
