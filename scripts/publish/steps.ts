/** What a release consists of: paths of files, below the folder that everything is built into. */
export interface Artifacts {
  /** Executables, each in an archive. */
  readonly archives: readonly string[];
  /** `.deb` and `.rpm`. */
  readonly packages: readonly string[];
  readonly charts: readonly string[];
  /** Packages for npm. */
  readonly modules: readonly string[];
  /** OCI archives, with the tag that each was built with. */
  readonly images: readonly { readonly file: string; readonly tag: string }[];
  /** Checksums, list of components, notes: about the others. */
  readonly notes: string;
  readonly checksums: string;
  readonly components: string;
}

export interface Target {
  readonly version: string;
  /** Where charts go, such as `ghcr.io/backup-maker/charts`. */
  readonly chartRegistry: string;
}

/**
 * The commands that publish a release, in an order that leaves nothing that points to what is not there: images before
 * the charts that name them, the page that people find last.
 */
export function publishSteps(artifacts: Artifacts, { version, chartRegistry }: Target): readonly string[][] {
  const { archives, packages, charts, modules, images, notes, checksums, components } = artifacts;
  const attached = [...archives, ...packages, ...modules, ...charts, checksums, components];
  return [
    ...images.map(({ file, tag }) => ['skopeo', 'copy', `oci-archive:${file}`, `docker://${tag}`]),
    ...modules.map((file) => ['npm', 'publish', file, '--access', 'public', '--provenance']),
    ...charts.map((chart) => ['helm', 'push', chart, `oci://${chartRegistry}`]),
    [
      ...['gh', 'release', 'create', `v${version}`, '--verify-tag'],
      ...['--title', `v${version}`, '--notes-file', notes],
      ...attached,
    ],
  ];
}

/** The part of a changelog that is about one version; undefined where there is none. */
export function notesOf(changelog: string, version: string): string | undefined {
  const parts = changelog.split(/^(?=## )/m);
  return parts.find((part) => part.startsWith(`## v${version} `))?.trim();
}
