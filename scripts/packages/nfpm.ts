import { maintainer, type Package } from './packages.ts';

export interface NfpmOptions {
  readonly version: string;
  readonly packager: 'deb' | 'rpm';
  /** Of the package, where it has such. */
  readonly scripts: Readonly<Record<string, string>> | undefined;
}

/** The configuration for nfpm, whose YAML may be JSON (https://nfpm.goreleaser.com/docs/configuration/). */
export function nfpmConfiguration(
  { name, summary, description, contents, depends }: Package,
  { version, packager, scripts }: NfpmOptions,
): string {
  return JSON.stringify({
    name,
    arch: 'amd64',
    platform: 'linux',
    version,
    section: 'admin',
    priority: 'optional',
    maintainer,
    // The same sources make the same package.
    mtime: '1970-01-01T00:00:00Z',
    license: 'Apache-2.0',
    description: `${summary}\n${description}`,
    depends: depends[packager],
    contents,
    scripts,
    deb: { compression: 'gzip' },
    rpm: { compression: 'zstd', summary },
  });
}
