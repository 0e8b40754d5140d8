import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { nfpmConfiguration } from './nfpm.ts';
import { type Package, packages } from './packages.ts';

/**
 * Makes packages for Debian and for systems with RPM:
 *
 * node scripts/packages/build.ts [folder, by default .build/packages] [--binaries FOLDER] [--version VERSION]
 *   [--packager deb|rpm]… [--only NAME]…
 */
const checkout = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binaries: { type: 'string', default: join(checkout, '.build/binaries') },
    version: { type: 'string', default: packageJson.version },
    only: { type: 'string', multiple: true },
    packager: { type: 'string', multiple: true, default: ['deb', 'rpm'] },
  },
});
const [target = join(checkout, '.build/packages')] = positionals;
const { binaries, version } = values;

await mkdir(target, { recursive: true });
const staging = await mkdtemp(join(tmpdir(), 'packages-'));
try {
  for (const made of await packages({ binaries, version, stage })) {
    if (values.only?.includes(made.name) === false) {
      continue;
    }
    const scripts = await scriptsOf(made);
    for (const packager of values.packager as ('deb' | 'rpm')[]) {
      const configuration = await stage(
        `${made.name}.json`,
        nfpmConfiguration(made, { version, packager, scripts }),
      );
      execFileSync('nfpm', ['package', '-f', configuration, '-p', packager, '-t', target], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
  }
} finally {
  await rm(staging, { recursive: true });
}

async function stage(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(staging, name);
  await writeFile(path, content);
  return path;
}

async function scriptsOf({ name, service }: Package) {
  if (service === undefined) {
    return undefined;
  }
  const script = async (file: string) => {
    const text = await readFile(join(import.meta.dirname, 'files', `${file}.sh`), 'utf8');
    return stage(`${name}.${file}`, text.replaceAll('@name@', name).replaceAll('@user@', service.user));
  };
  return {
    postinstall: await script('postinst'),
    preremove: await script('prerm'),
    postremove: await script('postrm'),
  };
}
