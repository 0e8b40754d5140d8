import manifest from '../package.json' with { type: 'json' };

/**
 * The client, with bash and what most templates need: GNU tar, gzip, zstd, 7z, sqlite3, etcdctl, kcat, ldap-utils. Of the
 * same release as this package; `images/backup-maker` is what it is built from.
 */
export const clientImage = `ghcr.io/backup-maker/backup-maker:${manifest.version}`;
