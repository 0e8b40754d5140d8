/** OpenPGP.js, loaded when the first key is used: a server that only inspects messages saves its 12 MiB. */
export function loadOpenPgp(): Promise<typeof import('openpgp')> {
  return import('openpgp');
}
