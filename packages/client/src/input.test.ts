import { describe, expect, it } from 'vitest';
import { Input } from './input.ts';

const input = (given: Record<string, unknown>, env: Record<string, string> = {}, defaults = {}) =>
  new Input({ flags: { ...defaults, ...given }, isGiven: (flag) => flag in given, args: [], env });

describe('Input', () => {
  it('takes a variable before its flag, and tells which flags were in vain', () => {
    const both = input(
      { collectionId: 'blog', key: ['a'], authToken: 't' },
      { BM_COLLECTION_ID: 'shop', BM_PUBLIC_KEY_PATH: 'b', BM_AUTH_TOKEN_FILE: '/token' },
    );
    expect(both.text('collectionId', 'BM_COLLECTION_ID')).toBe('shop');
    expect(both.texts('key', 'BM_PUBLIC_KEY_PATH')).toEqual(['b']);
    expect(both.secret('authToken', 'BM_AUTH_TOKEN')).toEqual({ kind: 'file', path: '/token' });
    expect(both.ignored).toEqual([
      'BM_COLLECTION_ID is set and wins: --collection-id is ignored',
      'BM_PUBLIC_KEY_PATH is set and wins: --key is ignored',
      'BM_AUTH_TOKEN_FILE is set and wins: --auth-token is ignored',
    ]);
  });

  it('calls a default no flag that was given', () => {
    const one = input({}, { BM_VERSION: '3' }, { version: 'latest' });
    expect(one.text('version', 'BM_VERSION')).toBe('3');
    expect(one.ignored).toEqual([]);
    expect(input({}, {}, { version: 'latest' }).text('version', 'BM_VERSION')).toBe('latest');
  });

  it('takes an empty variable as not set, but refuses an empty flag', () => {
    expect(input({ url: 'http://x' }, { BM_URL: '' }).text('url', 'BM_URL')).toBe('http://x');
    expect(() => input({ privateKey: '' }).text('privateKey', 'BM_PRIVATE_KEY_PATH')).toThrow(
      '--private-key is given, but its value is empty',
    );
    expect(() => input({ recipient: ['a', ''] }).texts('recipient', 'BM_RECIPIENT', /,/)).toThrow(
      '--recipient',
    );
  });

  it('takes an empty passphrase', () => {
    const secret = input({ passphrase: '' }).secret('passphrase', 'BM_PASSPHRASE');
    expect(secret?.kind === 'value' && secret.secret.reveal()).toBe('');
  });

  it('cuts a variable into parts, but not a flag', () => {
    expect(input({}, { BM_RECIPIENT: 'a, b' }).texts('recipient', 'BM_RECIPIENT', /[,\s]+/)).toEqual([
      'a',
      'b',
    ]);
    expect(input({ recipient: ['a b'] }).texts('recipient', 'BM_RECIPIENT', /[,\s]+/)).toEqual(['a b']);
  });
});
