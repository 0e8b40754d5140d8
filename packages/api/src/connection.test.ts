import { describe, expect, it } from 'vitest';
import { connectionFailure } from './connection.ts';

const url = new URL('https://backups.example.org/');
const failed = (code: string) => Object.assign(new Error('of OpenSSL, at length'), { code });

describe('connectionFailure', () => {
  it.each([
    ['ECONNREFUSED', undefined, 'check the URL'],
    ['EPROTO', undefined, 'is the URL http://?'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true, 'NODE_EXTRA_CA_CERTS'],
    ['CERT_HAS_EXPIRED', true, 'is not trusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true, 'is not trusted'],
  ])('says what to do about %s', (code, final, advice) => {
    for (const cause of [failed(code), new TypeError('fetch failed', { cause: failed(code) })]) {
      const failure = connectionFailure(url, cause);
      expect(failure.message).toContain(`backups.example.org`);
      expect(failure.message).toContain(`(${code}): `);
      expect(failure.message).toContain(advice);
      expect(failure.details.final).toBe(final);
    }
  });

  it('names no code where there is none', () => {
    expect(connectionFailure(url, new DOMException('gone', 'AbortError')).message).toContain('failed: check');
  });
});
