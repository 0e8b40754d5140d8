import packageJson from '../package.json' with { type: 'json' };

/** Of this package, as the release wrote it. */
export const serverVersion = packageJson.version;
