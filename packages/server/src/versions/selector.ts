import type { VersionSelector } from '../database/versions.ts';

/** Read how a request names a version: a number, `v` and a number, `latest`, or an id; undefined for anything else. */
export function parseVersionSelector(text: string): VersionSelector | undefined {
  if (text === 'latest') {
    return { by: 'latest' };
  }
  const number = /^v?([1-9][0-9]{0,14})$/.exec(text)?.[1];
  if (number !== undefined) {
    return { by: 'number', number: Number(number) };
  }
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? { by: 'id', id: text } : undefined;
}
