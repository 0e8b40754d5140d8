import manifest from '../package.json' with { type: 'json' };

const repository = 'ghcr.io/backup-maker/backup-maker';

/** The client with the tools of every Linux: bash, GNU tar, gzip, zstd. */
export const clientImage = `${repository}:${manifest.version}`;

/** The client's image with the dump programs of one product, of the same release as this package. */
export function procedureImage(flavour: string): string {
  return `${clientImage}-${flavour}`;
}
